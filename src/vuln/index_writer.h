#pragma once
// Lays the finished parts of an index out as one file.

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "vuln/blob_pool.h"
#include "vuln/layout.h"

namespace tallyman {

struct IndexParts {
  BlobPool texts;
  BlobPool lists;
  std::vector<EcosystemRow> ecosystems;  // sorted by name
  std::vector<KeyRow> keys;              // sorted by hash, ecosystem, name
  std::vector<EntryRow> entries;
  std::vector<RecordRow> records;
  std::vector<BlockRow> blocks;  // offsets are set here
  std::vector<Bytes> details;    // one a block
  std::int64_t newest_modified = 0;
};

// The whole file. Equal parts give equal bytes.
Bytes write_index(IndexParts parts);

// What the header's `checksum` must be: of everything before `details_offset`.
// REQUIRES sizeof(IndexHeader) <= details_offset <= file.size().
std::uint64_t index_checksum(ByteView file, std::uint64_t details_offset);

// What the header's `digest` must be. REQUIRES sizeof(IndexHeader) <= file.size().
std::array<std::uint8_t, 32> index_digest(ByteView file);

}  // namespace tallyman
