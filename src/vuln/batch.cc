#include "vuln/batch.h"

#include <fmt/format.h>
#include <zstd.h>

#include <memory>
#include <utility>

#include "vuln/hash64.h"
#include "vuln/record_codec.h"

namespace tallyman {
namespace {

constexpr int kPackingLevel = 3;

ByteView reference_bytes(const std::vector<PoolRef>& references) {
  return {reinterpret_cast<const std::uint8_t*>(references.data()),
          references.size() * sizeof(PoolRef)};
}

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

// What an entry says, independent of where its texts lie.
std::uint64_t entry_fingerprint(const OsvAffected& affected, std::uint64_t details_hash) {
  std::uint64_t hash = hash64(affected.module, details_hash);
  hash = hash64(to_string(affected.severity), hash);
  for (const AffectedRange& range : affected.ranges) {
    hash = hash64(range.introduced, hash);
    hash = hash64(range.fixed, hash);
    hash = hash64(range.last_affected, hash);
  }
  for (std::string_view version : affected.versions) hash = hash64(version, hash);
  return hash;
}

}  // namespace

Result<Bytes> pack_block(ByteView details) {
  std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  Bytes packed(ZSTD_compressBound(details.size()));
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kPackingLevel);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::size_t size =
      ZSTD_compress2(context.get(), packed.data(), packed.size(), details.data(), details.size());
  if (ZSTD_isError(size) != 0) {
    return fail(ErrorKind::internal, "index.packing", ZSTD_getErrorName(size));
  }
  packed.resize(size);
  packed.shrink_to_fit();
  return packed;
}

Result<Bytes> unpack_block(ByteView packed, std::size_t size) {
  Bytes details;
  std::size_t got = 0;
  if (size <= kMaxBlockBytes) {
    details.resize(size);
    got = ZSTD_decompress(details.data(), size, packed.data(), packed.size());
  }
  if (size > kMaxBlockBytes || ZSTD_isError(got) != 0 || got != size) {
    return fail(ErrorKind::corrupt, "index.malformed", "a block of record details is damaged",
                "import the feeds again: tallyman feed import");
  }
  return details;
}

void BatchBuilder::add(Bytes& bytes, std::string_view path, std::string_view data_source) {
  ++batch_.documents;
  Result<const OsvDocument*> parsed = parser_.parse(bytes);
  if (!parsed) {
    add_problem(path, parsed.error());
    return;
  }
  const OsvDocument& document = **parsed;
  BatchRecord record;
  record.modified = document.modified;
  record.offset = static_cast<std::uint32_t>(details_.size());
  record.first_entry = static_cast<std::uint32_t>(batch_.entries.size());
  if (document.withdrawn) {
    record.fate = RecordFate::withdrawn;
  } else if (document.affected.empty()) {
    record.fate = RecordFate::without_package;
  } else {
    Result<void> encoded = encode_record(document, data_source, details_);
    if (!encoded) {
      add_problem(path, encoded.error());
      return;
    }
    add_entries(document, hash64(ByteView(details_).subspan(record.offset)));
  }
  record.id = batch_.texts.intern(document.id);
  record.entries = static_cast<std::uint32_t>(batch_.entries.size()) - record.first_entry;
  batch_.records.push_back(record);
}

void BatchBuilder::add_entries(const OsvDocument& document, std::uint64_t details_hash) {
  for (const OsvAffected& affected : document.affected) {
    BatchEntry entry;
    entry.ecosystem = batch_.texts.intern(affected.ecosystem);
    entry.name = batch_.texts.intern(affected.name);
    entry.row.ranges = intern_ranges(affected.ranges);
    entry.row.versions = intern_versions(affected.versions);
    entry.row.module = batch_.texts.intern(affected.module);
    entry.row.severity = static_cast<std::uint8_t>(affected.severity);
    entry.row.flags = document.errata_only ? kErrataOnly : std::uint8_t{0};
    entry.fingerprint = entry_fingerprint(affected, details_hash);
    batch_.entries.push_back(entry);
  }
}

PoolRef BatchBuilder::intern_ranges(const std::vector<AffectedRange>& ranges) {
  references_.clear();
  for (const AffectedRange& range : ranges) {
    references_.push_back(batch_.texts.intern(range.introduced));
    references_.push_back(batch_.texts.intern(range.fixed));
    references_.push_back(batch_.texts.intern(range.last_affected));
  }
  return batch_.lists.intern(reference_bytes(references_));
}

PoolRef BatchBuilder::intern_versions(const std::vector<std::string_view>& versions) {
  references_.clear();
  for (std::string_view version : versions) references_.push_back(batch_.texts.intern(version));
  return batch_.lists.intern(reference_bytes(references_));
}

void BatchBuilder::add_unread(std::string_view path, const Error& error) {
  ++batch_.documents;
  add_problem(path, error);
}

void BatchBuilder::add_problem(std::string_view path, const Error& error) {
  batch_.problems.push_back({error.code, std::string(path), error.context, false});
}

Result<Batch> BatchBuilder::finish() {
  batch_.block = TRY(pack_block(details_));
  batch_.block_size = static_cast<std::uint32_t>(details_.size());
  details_.clear();
  return std::exchange(batch_, Batch{});
}

}  // namespace tallyman
