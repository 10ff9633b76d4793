#pragma once
// For tests and fuzzing only: touches everything that an index has.

#include <string_view>

#include "vuln/index.h"

namespace tallyman::testing_support {

// Reads every view of one key's entries; returns the bytes of text seen.
inline std::size_t read_entries(const EntryList& entries) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    IndexEntry entry = entries[i];
    seen += entry.module.size();
    for (std::size_t r = 0; r < entry.ranges.size(); ++r) {
      AffectedRange range = entry.ranges[r];
      for (std::string_view text : {range.introduced, range.fixed, range.last_affected}) {
        for (char c : text) seen += c != 0 ? 1 : 0;
      }
    }
    for (std::size_t v = 0; v < entry.versions.size(); ++v) {
      for (char c : entry.versions[v]) seen += c != 0 ? 1 : 0;
    }
  }
  return seen;
}

// Looks up (ecosystem, name), and reads every record; true when each record could be read.
inline bool exercise(const VulnerabilityIndex& index, std::string_view ecosystem,
                     std::string_view name) {
  std::size_t seen = read_entries(index.lookup(ecosystem, name));
  for (const EcosystemStats& stats : index.ecosystems()) {
    seen += read_entries(index.lookup(stats.ecosystem, name));
  }
  bool good = seen != SIZE_MAX;
  RecordReader reader(index);
  std::uint64_t count = index.info().records;
  for (std::uint32_t i = 0; i < count && i < 2000; ++i) {
    if (!reader.read(i)) good = false;
  }
  return good;
}

}  // namespace tallyman::testing_support
