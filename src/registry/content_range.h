#pragma once
// Content-Range of a 206 (RFC 9110, 14.4).

#include <cstdint>
#include <optional>
#include <string_view>

namespace tallyman {

struct ContentRange {
  std::uint64_t first = 0;             // offset in bytes
  std::uint64_t last = 0;              // inclusive
  std::optional<std::uint64_t> total;  // nullopt: "*"
  bool operator==(const ContentRange&) const = default;
};

// "bytes 5-9/10" or "bytes 5-9/*"; nullopt for anything else, also when last is below first or
// not below total.
std::optional<ContentRange> parse_content_range(std::string_view value);

}  // namespace tallyman
