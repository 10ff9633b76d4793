#pragma once
// JSON (RFC 8259) from strangers as a small immutable tree: bounded in size, depth and node
// count, with duplicate keys refused. For documents of a few MiB; the feed importer streams
// with simdjson itself.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace tallyman {

struct JsonLimits {
  std::size_t bytes = 4 << 20;
  std::size_t depth = 32;
  std::size_t values = 200'000;
  // Accept keys of one object that differ in letter case only: image labels do. The reader then
  // asks variant_of() for every key that matters to it.
  bool case_variants = false;
};

class Json {
 public:
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

  // Errors: too_large "json.too_large" (size, depth or count), corrupt "json.malformed" with the
  // byte offset where known, corrupt "json.duplicate_key" (also when two keys of one object
  // differ in letter case only, unless allowed: readers disagree on which one counts).
  static Result<Json> parse(ByteView bytes, const JsonLimits& limits = {});

  Kind kind() const { return kind_; }
  // The member of an object, exact letter case; nullptr if absent or this is not an object.
  const Json* find(std::string_view key) const;
  // The first key of an object that differs from `key` in letter case only, as Go's decoder
  // compares; nullopt if there is none. The view lives as long as this object.
  std::optional<std::string_view> variant_of(std::string_view key) const;
  // "" unless a string.
  std::string_view text() const;
  // Convenience: find(key)->text(), "" when absent or of another kind.
  std::string_view text_of(std::string_view key) const;
  // A non-negative integer that fits; nullopt otherwise.
  std::optional<std::uint64_t> unsigned_number() const;
  std::optional<bool> boolean() const;
  // Empty unless an array.
  const std::vector<Json>& items() const { return items_; }
  // Empty unless an object; in document order.
  const std::vector<std::pair<std::string, Json>>& members() const { return members_; }

 private:
  friend struct JsonBuilder;
  Kind kind_ = Kind::null;
  bool boolean_ = false;
  std::optional<std::uint64_t> number_;
  std::string text_;
  std::vector<Json> items_;
  std::vector<std::pair<std::string, Json>> members_;
};

}  // namespace tallyman
