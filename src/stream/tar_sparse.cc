#include "stream/tar_sparse.h"

#include <fmt/format.h>

#include <optional>

#include "base/text.h"
#include "stream/tar_header.h"

namespace tallyman {
namespace {

constexpr std::size_t kOldEntry = 24;
constexpr int kMostDigits = 18;  // of a number: what cannot overflow

std::unexpected<Error> malformed(std::string what) {
  return fail(ErrorKind::corrupt, "tar.malformed", std::move(what));
}

std::unexpected<Error> too_many(std::size_t limit) {
  return fail(ErrorKind::too_large, "tar.sparse",
              fmt::format("a sparse file of more than {} regions", limit));
}

}  // namespace

Result<void> SparseMap::add(SparseRegion region) {
  if (regions_.size() >= limit_) return too_many(limit_);
  regions_.push_back(region);
  return {};
}

Result<void> SparseMap::add_old(ByteView entries) {
  for (; entries.size() >= kOldEntry; entries = entries.subspan(kOldEntry)) {
    if (entries[0] == 0) break;
    std::optional<std::uint64_t> offset = parse_tar_number(entries.first(12));
    std::optional<std::uint64_t> size = parse_tar_number(entries.subspan(12, 12));
    if (!offset || !size) return malformed("a sparse region that is no pair of numbers");
    TRY(add({*offset, *size}));
  }
  return {};
}

Result<void> SparseMap::add_list(std::string_view numbers) {
  while (!numbers.empty()) {
    Cut first = cut(numbers, ',');
    Cut second = cut(first.after, ',');
    std::optional<std::uint64_t> offset = parse_u64(first.before);
    std::optional<std::uint64_t> size = parse_u64(second.before);
    if (!offset || !size) return malformed("a sparse map that is no list of pairs");
    TRY(add({*offset, *size}));
    numbers = second.after;
  }
  return {};
}

Result<void> SparseMap::check(std::uint64_t logical, std::uint64_t stored) const {
  std::uint64_t end = 0;
  std::uint64_t sum = 0;
  for (const SparseRegion& region : regions_) {
    if (region.offset < end || region.offset > logical || region.size > logical - region.offset) {
      return malformed("sparse regions that overlap or lie outside the file");
    }
    end = region.offset + region.size;
    sum += region.size;  // at most `logical`, as the regions are disjoint
  }
  if (sum != stored) {
    return malformed(fmt::format("a sparse map of {} bytes over {} stored ones", sum, stored));
  }
  return {};
}

Result<bool> SparseMapText::add(ByteView block) {
  for (std::uint8_t byte : block) {
    if (byte == '\n') {
      TRY(end_number());
      if (left_ == 0) return true;
    } else if (is_digit(static_cast<char>(byte)) && digits_ < kMostDigits) {
      number_ = number_ * 10 + static_cast<std::uint64_t>(byte - '0');
      ++digits_;
    } else {
      return malformed("a sparse map that is no list of numbers");
    }
  }
  return false;
}

Result<void> SparseMapText::end_number() {
  if (digits_ == 0) return malformed("an empty line in a sparse map");
  --left_;
  if (!counted_) {
    if (number_ > map_.limit()) return too_many(map_.limit());
    counted_ = true;
    left_ = 2 * number_;
  } else if (left_ % 2 == 1) {
    offset_ = number_;
  } else {
    TRY(map_.add({offset_, number_}));
  }
  number_ = 0;
  digits_ = 0;
  return {};
}

}  // namespace tallyman
