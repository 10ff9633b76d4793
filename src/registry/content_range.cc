#include "registry/content_range.h"

#include "base/text.h"

namespace tallyman {

std::optional<ContentRange> parse_content_range(std::string_view value) {
  Cut unit = cut(trim(value), ' ');
  if (!equals_ignoring_case(unit.before, "bytes")) return std::nullopt;
  Cut parts = cut(trim(unit.after), '/');
  Cut ends = cut(parts.before, '-');
  auto first = parse_u64(ends.before);
  auto last = parse_u64(ends.after);
  if (!first || !last || *last < *first) return std::nullopt;
  ContentRange range{*first, *last, std::nullopt};
  if (parts.after == "*") return range;
  range.total = parse_u64(parts.after);
  if (!range.total || *last >= *range.total) return std::nullopt;
  return range;
}

}  // namespace tallyman
