#include "vuln/index_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "vuln/hash64.h"
#include "vuln/index_writer.h"

namespace tallyman {

// Translates a batch's references into ours, each text and list once a batch.
class IndexBuilder::Remap {
 public:
  Remap(const Batch& batch, IndexBuilder& into)
      : batch_(batch),
        into_(into),
        texts_(batch.texts.size() / 4, kUnset),
        lists_(batch.lists.size() / 4, kUnset) {}

  PoolRef text(PoolRef theirs) {
    PoolRef& ours = texts_[theirs];
    if (ours == kUnset) ours = into_.texts_.intern(batch_.texts.at(theirs));
    return ours;
  }

  PoolRef list(PoolRef theirs) {
    PoolRef& ours = lists_[theirs];
    if (ours != kUnset) return ours;
    ByteView references = batch_.lists.at(theirs);
    translated_.resize(references.size());
    for (std::size_t i = 0; i < references.size() / sizeof(PoolRef); ++i) {
      PoolRef one = text(load_row<PoolRef>(references, i));
      std::ranges::copy(row_bytes(one), translated_.begin() + static_cast<long>(i * sizeof(one)));
    }
    ours = into_.lists_.intern(translated_);
    return ours;
  }

 private:
  static constexpr PoolRef kUnset = UINT32_MAX;
  const Batch& batch_;
  IndexBuilder& into_;
  std::vector<PoolRef> texts_;
  std::vector<PoolRef> lists_;
  Bytes translated_;
};

Result<void> IndexBuilder::add(Batch batch) {
  PendingBlock block;
  block.first_record = static_cast<std::uint32_t>(records_.size());
  Remap remap(batch, *this);
  for (const BatchRecord& record : batch.records) {
    bool kept = record.fate == RecordFate::kept;
    if (kept) block.offsets.push_back(record.offset);
    if (!supersedes(batch, record)) {
      block.has_dead = block.has_dead || kept;
    } else if (kept) {
      keep(batch, record, remap);
    }
  }
  if (records_.size() > block.first_record) {
    block.packed = std::move(batch.block);
    block.size = batch.block_size;
    blocks_.push_back(std::move(block));
  }
  bool fits = texts_.size() <= pool_bytes_ && lists_.size() <= pool_bytes_ &&
              records_.size() < UINT32_MAX / 2 && entries_.size() < UINT32_MAX / 2;
  if (fits) return {};
  return fail(ErrorKind::too_large, "feed.too_large",
              fmt::format("the feeds need more than {} bytes of index", pool_bytes_),
              "import fewer feeds");
}

// Of two documents with one id the newer counts; of two of the same time, the one read first.
bool IndexBuilder::supersedes(const Batch& batch, const BatchRecord& record) {
  PoolRef id = ids_.intern(batch.texts.at(record.id));
  Latest next{record.modified, record.fate, static_cast<std::uint32_t>(records_.size())};
  auto [known, is_new] = latest_.try_emplace(id, next);
  if (is_new) return true;
  ++stats_.superseded;
  if (record.modified <= known->second.modified) return false;
  if (known->second.fate == RecordFate::kept) records_[known->second.record].dead = true;
  known->second = next;
  return true;
}

void IndexBuilder::keep(const Batch& batch, const BatchRecord& record, Remap& remap) {
  auto ordinal = static_cast<std::uint32_t>(records_.size());
  records_.push_back({static_cast<std::uint32_t>(blocks_.size()), record.offset, false});
  for (std::size_t i = record.first_entry; i < record.first_entry + record.entries; ++i) {
    const BatchEntry& theirs = batch.entries[i];
    PendingEntry entry;
    entry.key = key_of(remap.text(theirs.ecosystem), remap.text(theirs.name));
    entry.row = theirs.row;
    entry.row.record = ordinal;
    entry.row.ranges = remap.list(theirs.row.ranges);
    entry.row.versions = remap.list(theirs.row.versions);
    entry.row.module = remap.text(theirs.row.module);
    entry.fingerprint = theirs.fingerprint;
    entries_.push_back(entry);
  }
}

std::uint32_t IndexBuilder::key_of(PoolRef ecosystem, PoolRef name) {
  std::uint64_t both = std::uint64_t{ecosystem} << 32 | name;
  auto [known, is_new] = key_of_.try_emplace(both, static_cast<std::uint32_t>(keys_.size()));
  if (is_new) keys_.push_back({ecosystem, name});
  return known->second;
}

Result<Bytes> IndexBuilder::finish() {
  TRY(drop_dead());
  count_fates();
  latest_ = {};
  ids_ = {};
  key_of_ = {};
  IndexParts parts;
  parts.keys = sorted_keys();
  parts.entries = group_entries(parts.keys);
  parts.ecosystems = ecosystem_rows(parts.keys);
  parts.records = record_rows();
  for (PendingBlock& block : blocks_) {
    parts.blocks.push_back({0, static_cast<std::uint32_t>(block.packed.size()), block.size});
    parts.details.push_back(std::move(block.packed));
  }
  parts.newest_modified = newest_modified_;
  entries_ = {};
  parts.texts = std::move(texts_);
  parts.lists = std::move(lists_);
  return write_index(std::move(parts));
}

Result<void> IndexBuilder::drop_dead() {
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    std::size_t end = i + 1 < blocks_.size() ? blocks_[i + 1].first_record : records_.size();
    for (std::size_t r = blocks_[i].first_record; r < end; ++r) {
      blocks_[i].has_dead = blocks_[i].has_dead || records_[r].dead;
    }
    if (blocks_[i].has_dead) TRY(repack(blocks_[i], end));
  }
  renumber();
  return {};
}

// Leaves only what records in [first_record, end) still want.
Result<void> IndexBuilder::repack(PendingBlock& block, std::size_t end) {
  Bytes all = TRY(unpack_block(block.packed, block.size));
  Bytes wanted;
  for (std::size_t r = block.first_record; r < end; ++r) {
    PendingRecord& record = records_[r];
    if (record.dead) continue;
    auto next = std::ranges::upper_bound(block.offsets, record.offset);
    std::size_t stop = next == block.offsets.end() ? all.size() : *next;
    ByteView details = ByteView(all).subspan(record.offset, stop - record.offset);
    record.offset = static_cast<std::uint32_t>(wanted.size());
    wanted.insert(wanted.end(), details.begin(), details.end());
  }
  block.size = static_cast<std::uint32_t>(wanted.size());
  block.packed = wanted.empty() ? Bytes{} : TRY(pack_block(wanted));
  return {};
}

// Closes the gaps that dead records and empty blocks leave.
void IndexBuilder::renumber() {
  std::vector<std::uint32_t> block_number(blocks_.size());
  std::uint32_t blocks = 0;
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    block_number[i] = blocks;
    if (blocks_[i].size > 0) ++blocks;
  }
  std::erase_if(blocks_, [](const PendingBlock& block) { return block.size == 0; });
  std::vector<std::uint32_t> ordinal(records_.size(), UINT32_MAX);
  std::uint32_t live = 0;
  for (std::size_t i = 0; i < records_.size(); ++i) {
    if (!records_[i].dead) ordinal[i] = live++;
  }
  std::erase_if(records_, [](const PendingRecord& record) { return record.dead; });
  for (PendingRecord& record : records_) record.block = block_number[record.block];
  for (PendingEntry& entry : entries_) entry.row.record = ordinal[entry.row.record];
  std::erase_if(entries_, [](const PendingEntry& e) { return e.row.record == UINT32_MAX; });
}

void IndexBuilder::count_fates() {
  for (const auto& [id, latest] : latest_) {
    switch (latest.fate) {
      case RecordFate::kept:
        ++stats_.records;
        newest_modified_ = std::max(newest_modified_, latest.modified);
        break;
      case RecordFate::withdrawn:
        ++stats_.withdrawn;
        break;
      case RecordFate::without_package:
        ++stats_.without_package;
        break;
    }
  }
}

// One row a key that still has entries, counted; `first_entry` holds the key's number until
// group_entries() replaces it.
std::vector<KeyRow> IndexBuilder::sorted_keys() const {
  std::vector<KeyRow> rows(keys_.size());
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    rows[i].ecosystem = keys_[i].ecosystem;
    rows[i].name = keys_[i].name;
    rows[i].hash = hash64(texts_.at(keys_[i].name), hash64(texts_.at(keys_[i].ecosystem)));
    rows[i].first_entry = static_cast<std::uint32_t>(i);
  }
  for (const PendingEntry& entry : entries_) {
    ++rows[entry.key].entries;
    rows[entry.key].fingerprint += entry.fingerprint;  // in any order
  }
  std::erase_if(rows, [](const KeyRow& row) { return row.entries == 0; });
  std::ranges::sort(rows, [&](const KeyRow& a, const KeyRow& b) {
    if (a.hash != b.hash) return a.hash < b.hash;
    return std::tuple(texts_.text(a.ecosystem), texts_.text(a.name)) <
           std::tuple(texts_.text(b.ecosystem), texts_.text(b.name));
  });
  return rows;
}

std::vector<EntryRow> IndexBuilder::group_entries(std::vector<KeyRow>& keys) const {
  std::vector<std::uint32_t> next(keys_.size(), 0);  // place of the key's next entry
  std::uint32_t first = 0;
  for (KeyRow& key : keys) {
    next[key.first_entry] = first;
    key.first_entry = first;
    first += key.entries;
  }
  std::vector<EntryRow> grouped(entries_.size());
  for (const PendingEntry& entry : entries_) grouped[next[entry.key]++] = entry.row;
  return grouped;
}

std::vector<EcosystemRow> IndexBuilder::ecosystem_rows(const std::vector<KeyRow>& keys) const {
  struct Count {
    std::uint64_t records = 0;
    std::uint64_t packages = 0;
    std::uint32_t last = UINT32_MAX;  // record counted last
  };
  std::map<std::string_view, Count> counts;
  std::unordered_map<PoolRef, Count*> by_reference;
  for (const KeyRow& key : keys) {
    Count& count = counts[texts_.text(key.ecosystem)];
    by_reference[key.ecosystem] = &count;
    ++count.packages;
  }
  for (const PendingEntry& entry : entries_) {
    Count& count = *by_reference[keys_[entry.key].ecosystem];
    if (count.last != entry.row.record) ++count.records;
    count.last = entry.row.record;
  }
  std::map<std::string_view, PoolRef> names;
  for (const auto& [reference, count] : by_reference) names[texts_.text(reference)] = reference;
  std::vector<EcosystemRow> rows;
  for (const auto& [name, count] : counts) {
    rows.push_back({names[name], 0, count.records, count.packages});
  }
  return rows;
}

std::vector<RecordRow> IndexBuilder::record_rows() const {
  std::vector<RecordRow> rows;
  rows.reserve(records_.size());
  for (const PendingRecord& record : records_) rows.push_back({record.block, record.offset});
  return rows;
}

}  // namespace tallyman
