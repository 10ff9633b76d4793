#include "catalog/pattern_table.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace tallyman {
namespace {

// Length, first and last eight bytes, mixed: constant time whatever the length. A stranger can
// make many paths share a key with one of ours, which costs him a comparison each and us nothing
// more, because the table holds our patterns and never his paths.
std::uint64_t key_of(std::string_view part) {
  std::uint64_t head = 0;
  std::uint64_t tail = 0;
  if (part.size() >= sizeof(head)) {
    std::memcpy(&head, part.data(), sizeof(head));
    std::memcpy(&tail, part.data() + part.size() - sizeof(tail), sizeof(tail));
  } else {
    for (char c : part) head = (head << 8) | static_cast<unsigned char>(c);
  }
  std::uint64_t key = (head ^ part.size()) * 0x9E3779B97F4A7C15U;
  key = (std::rotr(key, 32) ^ tail) * 0xC2B2AE3D27D4EB4FU;
  return key ^ (key >> 29);
}

}  // namespace

PatternTable::PatternTable(std::vector<PatternRule> rules) : rules_(std::move(rules)) {
  std::sort(rules_.begin(), rules_.end(),
            [](const PatternRule& a, const PatternRule& b) { return a.part < b.part; });
  std::size_t size = std::bit_ceil(4 * rules_.size() + 4);
  slots_.resize(size);
  shift_ = 64 - std::countr_zero(size);
  for (std::size_t first = 0; first < rules_.size();) {
    std::size_t end = first;
    while (end < rules_.size() && rules_[end].part == rules_[first].part) ++end;
    std::uint64_t key = key_of(rules_[first].part);
    std::size_t at = key >> shift_;
    while (slots_[at].count != 0) at = (at + 1) & (size - 1);
    slots_[at] = {key, static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(end - first)};
    first = end;
  }
}

std::span<const PatternRule> PatternTable::find(std::string_view part) const {
  std::uint64_t key = key_of(part);
  for (std::size_t at = key >> shift_; slots_[at].count != 0; at = (at + 1) & (slots_.size() - 1)) {
    if (slots_[at].key != key) continue;
    std::span<const PatternRule> found(rules_.data() + slots_[at].first, slots_[at].count);
    if (found[0].part == part) return found;
  }
  return {};
}

}  // namespace tallyman
