#pragma once
// The index file's fixed structures, shared by writer and reader. All numbers little-endian; the
// drawing is in docs/vulnerability-index.md.

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "base/bytes.h"
#include "vuln/blob_pool.h"

namespace tallyman {

static_assert(std::endian::native == std::endian::little, "structures are mapped as they lie");

inline constexpr std::array<char, 8> kIndexMagic = {'T', 'L', 'Y', 'V', 'U', 'L', 'N', '\n'};
inline constexpr std::uint32_t kIndexVersion = 1;
inline constexpr std::size_t kSectionAlignment = 8;
// Bounds what one unpacked block may ask of memory: kDocumentsPerBlock records of
// kMaxRecordBytes.
inline constexpr std::size_t kDocumentsPerBlock = 128;
inline constexpr std::size_t kMaxRecordBytes = 512 << 10;
inline constexpr std::size_t kMaxBlockBytes = kDocumentsPerBlock * kMaxRecordBytes;

enum class Section : std::size_t {
  texts,       // blob pool: ecosystems, names, versions, modules
  lists,       // blob pool: ranges (3 references each), explicit versions (1 each)
  ecosystems,  // EcosystemRow, sorted by name
  buckets,     // u32: first key of each hash prefix, and the number of keys at the end
  keys,        // KeyRow, sorted by hash, ecosystem, name
  entries,     // EntryRow, grouped by key
  records,     // RecordRow, by ordinal
  blocks,      // BlockRow
  details,     // zstd frames
  count,
};
inline constexpr auto kSections = static_cast<std::size_t>(Section::count);

struct SectionBounds {
  std::uint64_t offset = 0;  // from the start of the file
  std::uint64_t size = 0;    // bytes
};

struct IndexHeader {
  std::array<char, 8> magic = kIndexMagic;
  std::uint32_t version = kIndexVersion;
  std::uint32_t bucket_bits = 0;  // the buckets section has 2^bits + 1 numbers
  std::uint64_t file_size = 0;
  std::int64_t newest_modified = 0;
  std::uint64_t records = 0;
  std::uint64_t checksum = 0;  // of everything before `details`, with this field and `digest` zero
  std::array<std::uint8_t, 32> digest{};  // SHA-256 of the whole file with this field zero
  std::array<SectionBounds, kSections> sections{};
};
static_assert(sizeof(IndexHeader) == 48 + 32 + kSections * 16);

struct EcosystemRow {
  PoolRef name = 0;
  std::uint32_t reserved = 0;
  std::uint64_t records = 0;
  std::uint64_t packages = 0;
};
static_assert(sizeof(EcosystemRow) == 24);

struct KeyRow {
  std::uint64_t hash = 0;         // hash64(name, hash64(ecosystem))
  std::uint64_t fingerprint = 0;  // of what the entries say, wherever they lie
  PoolRef ecosystem = 0;
  PoolRef name = 0;
  std::uint32_t first_entry = 0;
  std::uint32_t entries = 0;
};
static_assert(sizeof(KeyRow) == 32);

struct EntryRow {
  std::uint32_t record = 0;
  PoolRef ranges = 0;    // in `lists`
  PoolRef versions = 0;  // in `lists`
  PoolRef module = 0;
  std::uint8_t severity = 0;
  std::uint8_t flags = 0;
  std::uint16_t reserved = 0;
};
static_assert(sizeof(EntryRow) == 20);
inline constexpr std::uint8_t kErrataOnly = 1;

struct RecordRow {
  std::uint32_t block = 0;
  std::uint32_t offset = 0;  // in the unpacked block
};
static_assert(sizeof(RecordRow) == 8);

struct BlockRow {
  std::uint64_t offset = 0;  // in the details section
  std::uint32_t packed = 0;  // bytes
  std::uint32_t size = 0;    // bytes unpacked
};
static_assert(sizeof(BlockRow) == 16);

// The i-th row of a section. REQUIRES (i + 1) * sizeof(Row) <= section.size().
template <class Row>
Row load_row(ByteView section, std::size_t i) {
  Row row;
  std::memcpy(&row, section.data() + i * sizeof(Row), sizeof(Row));
  return row;
}

// The bytes of a row or header.
template <class Row>
ByteView row_bytes(const Row& row) {
  return {reinterpret_cast<const std::uint8_t*>(&row), sizeof(Row)};
}

}  // namespace tallyman
