#pragma once
// Finds the patterns that a path part belongs to, in a few nanoseconds when there are none: this
// runs for every member of every layer.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "catalog/cataloger.h"

namespace tallyman {

struct PatternRule {
  std::string_view part;  // what is looked up: the last part of a path, or its folder
  const Cataloger* cataloger = nullptr;
  PathPattern pattern;
};

class PatternTable {
 public:
  PatternTable() : PatternTable(std::vector<PatternRule>()) {}
  explicit PatternTable(std::vector<PatternRule> rules);

  // The rules whose part equals `part`, in no particular order.
  std::span<const PatternRule> find(std::string_view part) const;

 private:
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t first = 0;  // in rules_
    std::uint32_t count = 0;  // 0: an empty slot
  };

  std::vector<PatternRule> rules_;  // equal parts are neighbours
  std::vector<Slot> slots_;         // open addressing, a power of two, at most a quarter full
  int shift_ = 0;                   // slot of a key: key >> shift_
};

}  // namespace tallyman
