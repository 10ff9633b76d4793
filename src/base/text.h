#pragma once
// Small text helpers with exactly one meaning each (ASCII only, no locale).

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tallyman {

// Without leading and trailing spaces, tabs, CR and LF.
std::string_view trim(std::string_view text);

// The pieces between separators, empty ones included; "" gives one empty piece.
std::vector<std::string_view> split(std::string_view text, char separator);

// The part before the first separator and the part after it; the second is empty, and found is
// false, when there is none.
struct Cut {
  std::string_view before;
  std::string_view after;
  bool found = false;
};
Cut cut(std::string_view text, char separator);

std::string to_lower(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
inline bool is_alnum(char c) { return is_digit(c) || is_alpha(c); }

// A whole decimal number with no sign and nothing after it; nullopt otherwise or on overflow.
std::optional<std::uint64_t> parse_u64(std::string_view text);

// The length in bytes of the well-formed UTF-8 sequence that `text` begins with; 0 if it does
// not begin with one.
std::size_t utf8_length(std::string_view text);

// Safe to print on a terminal: control characters, bidirectional overrides and bytes that are
// not UTF-8 become '?'. Names come from strangers' images, and an escape sequence in one must
// not reach the user's terminal.
std::string printable(std::string_view text);

// "12.3 MB" (powers of 1000), "512 B".
std::string human_bytes(std::uint64_t bytes);

}  // namespace tallyman
