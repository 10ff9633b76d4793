#pragma once
// A few consecutive documents, parsed and packed by one thread without looking at the others:
// the unit of work of an import. References inside a batch are into its own pools.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "model/layer_facts.h"
#include "vuln/blob_pool.h"
#include "vuln/layout.h"
#include "vuln/osv.h"

namespace tallyman {

struct BatchEntry {
  PoolRef ecosystem = 0;
  PoolRef name = 0;
  EntryRow row;  // `record` is not set yet
  std::uint64_t fingerprint = 0;
};

enum class RecordFate : std::uint8_t { kept, withdrawn, without_package };

struct BatchRecord {
  PoolRef id = 0;
  Microseconds modified = 0;
  RecordFate fate = RecordFate::kept;
  std::uint32_t offset = 0;  // of its details in the unpacked block, when kept
  std::uint32_t first_entry = 0;
  std::uint32_t entries = 0;
};

struct Batch {
  BlobPool texts;
  BlobPool lists;
  std::vector<BatchEntry> entries;
  std::vector<BatchRecord> records;
  std::vector<Problem> problems;  // documents left out
  Bytes block;                    // the kept records' details, a zstd frame
  std::uint32_t block_size = 0;   // bytes unpacked
  std::uint64_t documents = 0;    // read, whatever became of them
};

// Packs details as every block of the index is packed. Kind internal "index.packing" on failure.
Result<Bytes> pack_block(ByteView details);
// The reverse; `size` is what the index says it unpacks to. Kind corrupt "index.malformed".
Result<Bytes> unpack_block(ByteView packed, std::size_t size);

class BatchBuilder {
 public:
  explicit BatchBuilder(const OsvLimits& limits) : parser_(limits) {}

  // Adds one document; one that cannot be used becomes a problem at `path` ("Debian/all.zip:
  // DSA-1.json"). `bytes` is scratch space afterwards. `data_source` goes into the record.
  void add(Bytes& bytes, std::string_view path, std::string_view data_source);
  // Counts a document that could not be read at all.
  void add_unread(std::string_view path, const Error& error);
  // The batch so far; the builder starts anew. At most kDocumentsPerBlock documents go into one.
  Result<Batch> finish();

 private:
  void add_problem(std::string_view path, const Error& error);
  void add_entries(const OsvDocument& document, std::uint64_t details_hash);
  PoolRef intern_ranges(const std::vector<AffectedRange>& ranges);
  PoolRef intern_versions(const std::vector<std::string_view>& versions);

  OsvParser parser_;
  Batch batch_;
  Bytes details_;
  std::vector<PoolRef> references_;
};

}  // namespace tallyman
