#pragma once
// Collects batches, in order, into one index. Memory grows with the index that comes out (texts
// once each, details packed), not with the feeds that go in.

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "vuln/batch.h"
#include "vuln/blob_pool.h"
#include "vuln/layout.h"

namespace tallyman {

struct BuildStats {
  std::uint64_t records = 0;
  std::uint64_t withdrawn = 0;
  std::uint64_t without_package = 0;
  std::uint64_t superseded = 0;
};

class IndexBuilder {
 public:
  // `pool_bytes` bounds each of the two pools.
  explicit IndexBuilder(std::uint64_t pool_bytes = 4ULL << 30) : pool_bytes_(pool_bytes) {}

  // The result depends on the batches and their order only. Kind too_large "feed.too_large".
  Result<void> add(Batch batch);

  // The finished file; REQUIRES no further call. Kinds as pack_block().
  Result<Bytes> finish();
  const BuildStats& stats() const { return stats_; }  // complete after finish()

 private:
  struct PendingEntry {
    std::uint32_t key = 0;
    EntryRow row;
    std::uint64_t fingerprint = 0;
  };
  struct PendingRecord {
    std::uint32_t block = 0;
    std::uint32_t offset = 0;
    bool dead = false;  // a newer version of the same id came later
  };
  struct PendingBlock {
    Bytes packed;
    std::uint32_t size = 0;
    std::uint32_t first_record = 0;
    bool has_dead = false;               // holds details that no record wants
    std::vector<std::uint32_t> offsets;  // of everything inside, to drop the dead
  };
  // The version of an id that counts so far.
  struct Latest {
    Microseconds modified = 0;
    RecordFate fate = RecordFate::kept;
    std::uint32_t record = 0;  // when kept
  };
  struct KeyName {
    PoolRef ecosystem = 0;
    PoolRef name = 0;
  };
  class Remap;

  bool supersedes(const Batch& batch, const BatchRecord& record);
  void keep(const Batch& batch, const BatchRecord& record, Remap& remap);
  std::uint32_t key_of(PoolRef ecosystem, PoolRef name);

  Result<void> drop_dead();
  Result<void> repack(PendingBlock& block, std::size_t end);
  void renumber();
  void count_fates();
  std::vector<EcosystemRow> ecosystem_rows(const std::vector<KeyRow>& keys) const;
  std::vector<KeyRow> sorted_keys() const;
  std::vector<EntryRow> group_entries(std::vector<KeyRow>& keys) const;
  std::vector<RecordRow> record_rows() const;

  std::uint64_t pool_bytes_;
  BlobPool texts_;
  BlobPool lists_;
  BlobPool ids_;
  std::unordered_map<PoolRef, Latest> latest_;  // by id
  std::vector<KeyName> keys_;
  std::unordered_map<std::uint64_t, std::uint32_t> key_of_;
  std::vector<PendingEntry> entries_;
  std::vector<PendingRecord> records_;
  std::vector<PendingBlock> blocks_;
  Microseconds newest_modified_ = 0;
  BuildStats stats_;
};

}  // namespace tallyman
