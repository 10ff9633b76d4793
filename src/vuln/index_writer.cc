#include "vuln/index_writer.h"

#include <algorithm>
#include <bit>
#include <cstddef>

#include "stream/hash.h"
#include "vuln/hash64.h"

namespace tallyman {
namespace {

template <class Row>
ByteView rows_bytes(const std::vector<Row>& rows) {
  return {reinterpret_cast<const std::uint8_t*>(rows.data()), rows.size() * sizeof(Row)};
}

// About two keys a bucket: one cache line of keys to look at.
std::uint32_t bucket_bits(std::size_t keys) {
  return std::clamp<std::uint32_t>(static_cast<std::uint32_t>(std::bit_width(keys / 2)), 1, 28);
}

std::vector<std::uint32_t> make_buckets(const std::vector<KeyRow>& keys, std::uint32_t bits) {
  std::vector<std::uint32_t> first((std::size_t{1} << bits) + 1, 0);
  for (const KeyRow& key : keys) ++first[(key.hash >> (64 - bits)) + 1];
  for (std::size_t i = 1; i < first.size(); ++i) first[i] += first[i - 1];
  return first;
}

class Layout {
 public:
  Layout() : file_(sizeof(IndexHeader)) {}

  void add(Section section, ByteView bytes) {
    begin(section);
    file_.insert(file_.end(), bytes.begin(), bytes.end());
    end(section);
  }

  void add_details(std::vector<Bytes> blocks) {
    std::size_t size = 0;
    for (const Bytes& block : blocks) size += block.size();
    begin(Section::details);
    file_.reserve(file_.size() + size);
    for (Bytes& block : blocks) {
      file_.insert(file_.end(), block.begin(), block.end());
      block = {};
    }
    end(Section::details);
  }

  Bytes finish() {
    header.file_size = file_.size();
    store_header();
    std::uint64_t details = header.sections[static_cast<std::size_t>(Section::details)].offset;
    header.checksum = index_checksum(file_, details);
    store_header();
    header.digest = index_digest(file_);
    store_header();
    return std::move(file_);
  }

  IndexHeader header;

 private:
  void begin(Section section) {
    file_.resize((file_.size() + kSectionAlignment - 1) / kSectionAlignment * kSectionAlignment);
    header.sections[static_cast<std::size_t>(section)].offset = file_.size();
  }
  void end(Section section) {
    SectionBounds& bounds = header.sections[static_cast<std::size_t>(section)];
    bounds.size = file_.size() - bounds.offset;
  }
  void store_header() { std::ranges::copy(row_bytes(header), file_.begin()); }

  Bytes file_;
};

}  // namespace

Bytes write_index(IndexParts parts) {
  Layout layout;
  layout.header.records = parts.records.size();
  layout.header.newest_modified = parts.newest_modified;
  layout.header.bucket_bits = bucket_bits(parts.keys.size());
  std::uint64_t offset = 0;
  for (BlockRow& block : parts.blocks) {
    block.offset = offset;
    offset += block.packed;
  }
  layout.add(Section::texts, parts.texts.bytes());
  layout.add(Section::lists, parts.lists.bytes());
  layout.add(Section::ecosystems, rows_bytes(parts.ecosystems));
  layout.add(Section::buckets, rows_bytes(make_buckets(parts.keys, layout.header.bucket_bits)));
  layout.add(Section::keys, rows_bytes(parts.keys));
  layout.add(Section::entries, rows_bytes(parts.entries));
  layout.add(Section::records, rows_bytes(parts.records));
  layout.add(Section::blocks, rows_bytes(parts.blocks));
  layout.add_details(std::move(parts.details));
  return layout.finish();
}

std::uint64_t index_checksum(ByteView file, std::uint64_t details_offset) {
  auto header = load_row<IndexHeader>(file, 0);
  header.checksum = 0;
  header.digest = {};
  ByteView rest = file.subspan(sizeof(header), details_offset - sizeof(header));
  return hash64(rest, hash64(row_bytes(header)));
}

std::array<std::uint8_t, 32> index_digest(ByteView file) {
  auto header = load_row<IndexHeader>(file, 0);
  header.digest = {};
  Sha256 hash;
  hash.update(row_bytes(header));
  hash.update(file.subspan(sizeof(header)));
  return hash.finish();
}

}  // namespace tallyman
