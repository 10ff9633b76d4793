#pragma once
// What the version schemes share: walking two texts without copying them, and numbers of any
// length compared as text.

#include <compare>
#include <cstddef>
#include <string_view>

#include "base/text.h"

namespace tallyman::version {

// Removes from the front of `text`, and returns, the characters for which `belongs` holds.
template <class Predicate>
std::string_view take_while(std::string_view& text, Predicate belongs) noexcept {
  std::size_t length = 0;
  while (length < text.size() && belongs(text[length])) ++length;
  std::string_view taken = text.substr(0, length);
  text.remove_prefix(length);
  return taken;
}

inline std::string_view take_digits(std::string_view& text) noexcept {
  return take_while(text, is_digit);
}

// Byte by byte, as unsigned.
inline std::weak_ordering compare_text(std::string_view a, std::string_view b) noexcept {
  return a <=> b;
}

// Two runs of digits as numbers; no digits at all is 0.
inline std::weak_ordering compare_numbers(std::string_view a, std::string_view b) noexcept {
  take_while(a, [](char c) { return c == '0'; });
  take_while(b, [](char c) { return c == '0'; });
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a <=> b;
}

}  // namespace tallyman::version
