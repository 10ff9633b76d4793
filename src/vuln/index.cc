#include "vuln/index.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "vuln/batch.h"
#include "vuln/hash64.h"
#include "vuln/index_writer.h"
#include "vuln/layout.h"
#include "vuln/mapped_file.h"
#include "vuln/record_codec.h"

namespace tallyman {

struct VulnerabilityIndex::Sections {
  MappedFile file;  // empty when the bytes are somebody else's
  ByteView bytes;
  IndexHeader header;
  std::array<ByteView, kSections> views;
  PoolView texts;
  PoolView lists;
  std::vector<EcosystemStats> ecosystems;
  IndexInfo info;

  ByteView view(Section section) const { return views[static_cast<std::size_t>(section)]; }
  Result<void> read(Verify verify);
  Result<void> read_header();
  Result<void> read_bounds();
  void read_ecosystems();
};

namespace {

std::unexpected<Error> malformed(std::string what) {
  return fail(ErrorKind::corrupt, "index.malformed", std::move(what),
              "import the feeds again: tallyman feed import");
}

template <class Row>
std::size_t rows_in(ByteView section) {
  return section.size() / sizeof(Row);
}

}  // namespace

Result<void> VulnerabilityIndex::Sections::read_header() {
  if (bytes.size() < sizeof(IndexHeader)) {
    return malformed(fmt::format("{} bytes are less than a header", bytes.size()));
  }
  header = load_row<IndexHeader>(bytes, 0);
  if (header.magic != kIndexMagic) return malformed("byte 0: not a vulnerability index");
  if (header.version != kIndexVersion) {
    return fail(ErrorKind::unsupported, "index.version",
                fmt::format("format {} where this program reads {}", header.version, kIndexVersion),
                "import the feeds again: tallyman feed import");
  }
  if (header.file_size != bytes.size()) {
    return malformed(
        fmt::format("{} bytes where the header says {}", bytes.size(), header.file_size));
  }
  return {};
}

// Every section inside the file, whole rows, the buckets' length as their bits say.
Result<void> VulnerabilityIndex::Sections::read_bounds() {
  constexpr std::array<std::size_t, kSections> kRowSizes = {4,
                                                            4,
                                                            sizeof(EcosystemRow),
                                                            4,
                                                            sizeof(KeyRow),
                                                            sizeof(EntryRow),
                                                            sizeof(RecordRow),
                                                            sizeof(BlockRow),
                                                            1};
  for (std::size_t i = 0; i < kSections; ++i) {
    const SectionBounds& bounds = header.sections[i];
    bool inside = bounds.offset >= sizeof(IndexHeader) && bounds.offset <= bytes.size() &&
                  bounds.size <= bytes.size() - bounds.offset;
    if (!inside || bounds.size % kRowSizes[i] != 0) {
      return malformed(fmt::format("section {} at byte {} of {} bytes is out of bounds", i,
                                   bounds.offset, bounds.size));
    }
    views[i] = bytes.subspan(bounds.offset, bounds.size);
  }
  bool buckets =
      header.bucket_bits >= 1 && header.bucket_bits <= 28 &&
      rows_in<std::uint32_t>(view(Section::buckets)) == (std::size_t{1} << header.bucket_bits) + 1;
  if (!buckets) return malformed("the bucket section has the wrong length");
  if (header.records != rows_in<RecordRow>(view(Section::records))) {
    return malformed("the record section has the wrong length");
  }
  return {};
}

void VulnerabilityIndex::Sections::read_ecosystems() {
  ByteView rows = view(Section::ecosystems);
  for (std::size_t i = 0; i < rows_in<EcosystemRow>(rows); ++i) {
    auto row = load_row<EcosystemRow>(rows, i);
    ecosystems.push_back({std::string(texts.text(row.name)), row.records, row.packages});
  }
}

Result<void> VulnerabilityIndex::Sections::read(Verify verify) {
  TRY(read_header());
  TRY(read_bounds());
  std::uint64_t details = header.sections[static_cast<std::size_t>(Section::details)].offset;
  if (verify == Verify::checksum && index_checksum(bytes, details) != header.checksum) {
    return malformed("the checksum does not match: the file was damaged");
  }
  texts = PoolView(view(Section::texts));
  lists = PoolView(view(Section::lists));
  read_ecosystems();
  info.digest = "sha256:" + hex_encode(header.digest);
  info.newest_modified = header.newest_modified;
  info.records = header.records;
  return {};
}

VulnerabilityIndex::VulnerabilityIndex(std::unique_ptr<Sections> sections)
    : sections_(std::move(sections)) {}
VulnerabilityIndex::~VulnerabilityIndex() = default;

Result<std::unique_ptr<VulnerabilityIndex>> VulnerabilityIndex::open(
    const std::filesystem::path& path) {
  Result<MappedFile> file = MappedFile::open(path);
  if (!file && file.error().kind == ErrorKind::not_found) {
    return fail(ErrorKind::not_found, "index.missing", file.error().context,
                "import vulnerability data first: tallyman feed import PATH...");
  }
  if (!file) return std::unexpected(file.error());
  auto sections = std::make_unique<Sections>();
  sections->file = std::move(*file);
  sections->bytes = sections->file.bytes();
  if (Result<void> read = sections->read(Verify::checksum); !read) {
    return std::unexpected(with_context(read.error(), path.string()));
  }
  return std::unique_ptr<VulnerabilityIndex>(new VulnerabilityIndex(std::move(sections)));
}

Result<std::unique_ptr<VulnerabilityIndex>> VulnerabilityIndex::from_bytes(ByteView bytes,
                                                                           Verify verify) {
  auto sections = std::make_unique<Sections>();
  sections->bytes = bytes;
  TRY(sections->read(verify));
  return std::unique_ptr<VulnerabilityIndex>(new VulnerabilityIndex(std::move(sections)));
}

EntryList VulnerabilityIndex::lookup(std::string_view ecosystem, std::string_view name) const {
  const Sections& s = *sections_;
  std::uint64_t hash = hash64(name, hash64(ecosystem));
  std::size_t bucket = hash >> (64 - s.header.bucket_bits);
  ByteView keys = s.view(Section::keys);
  ByteView buckets = s.view(Section::buckets);
  auto first = load_row<std::uint32_t>(buckets, bucket);
  std::size_t end =
      std::min<std::size_t>(load_row<std::uint32_t>(buckets, bucket + 1), rows_in<KeyRow>(keys));
  for (std::size_t i = first; i < end; ++i) {
    auto key = load_row<KeyRow>(keys, i);
    if (key.hash != hash || s.texts.text(key.name) != name ||
        s.texts.text(key.ecosystem) != ecosystem) {
      continue;
    }
    ByteView entries = s.view(Section::entries);
    std::uint64_t offset = std::uint64_t{key.first_entry} * sizeof(EntryRow);
    std::uint64_t size = std::uint64_t{key.entries} * sizeof(EntryRow);
    if (offset > entries.size() || size > entries.size() - offset) return {};
    return {s.texts, s.lists, entries.subspan(offset, size), key.fingerprint};
  }
  return {};
}

bool VulnerabilityIndex::covers(std::string_view ecosystem) const {
  return std::ranges::any_of(sections_->ecosystems, [&](const EcosystemStats& stats) {
    return stats.ecosystem == ecosystem;
  });
}

const std::vector<EcosystemStats>& VulnerabilityIndex::ecosystems() const {
  return sections_->ecosystems;
}

const IndexInfo& VulnerabilityIndex::info() const { return sections_->info; }

Result<void> VulnerabilityIndex::verify_digest() const {
  if (index_digest(sections_->bytes) == sections_->header.digest) return {};
  return malformed("the digest does not match: the file was damaged");
}

Result<VulnerabilityRecord> VulnerabilityIndex::record(std::uint32_t ordinal) const {
  return RecordReader(*this).read(ordinal);
}

std::size_t EntryList::size() const { return rows_in<EntryRow>(rows_); }

IndexEntry EntryList::operator[](std::size_t i) const {
  auto row = load_row<EntryRow>(rows_, i);
  bool known = row.severity <= static_cast<std::uint8_t>(Severity::critical);
  return {row.record,
          known ? static_cast<Severity>(row.severity) : Severity::unknown,
          (row.flags & kErrataOnly) != 0,
          texts_.text(row.module),
          RangeList(texts_, lists_.at(row.ranges)),
          VersionList(texts_, lists_.at(row.versions))};
}

AffectedRange RangeList::operator[](std::size_t i) const {
  auto references = load_row<std::array<PoolRef, 3>>(references_, i);
  return {texts_.text(references[0]), texts_.text(references[1]), texts_.text(references[2])};
}

std::string_view VersionList::operator[](std::size_t i) const {
  return texts_.text(load_row<PoolRef>(references_, i));
}

Result<void> RecordReader::unpack(std::uint32_t block) {
  if (loaded_ == block) return {};
  ByteView rows = index_.sections_->view(Section::blocks);
  if (block >= rows_in<BlockRow>(rows)) return malformed("a record lies in no block");
  auto row = load_row<BlockRow>(rows, block);
  ByteView details = index_.sections_->view(Section::details);
  if (row.offset > details.size() || row.packed > details.size() - row.offset) {
    return malformed(fmt::format("block {} is out of bounds", block));
  }
  loaded_ = UINT64_MAX;
  block_ = TRY(unpack_block(details.subspan(row.offset, row.packed), row.size));
  loaded_ = block;
  return {};
}

Result<VulnerabilityRecord> RecordReader::read(std::uint32_t ordinal) {
  ByteView rows = index_.sections_->view(Section::records);
  if (ordinal >= rows_in<RecordRow>(rows)) {
    return malformed(fmt::format("there is no record {}", ordinal));
  }
  auto row = load_row<RecordRow>(rows, ordinal);
  TRY(unpack(row.block));
  return decode_record(block_, row.offset);
}

}  // namespace tallyman
