#pragma once
// The map of a sparse member: which parts of the file the archive stores.

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace tallyman {

struct SparseRegion {
  std::uint64_t offset = 0;  // bytes, in the file
  std::uint64_t size = 0;
};

class SparseMap {
 public:
  // At most `limit` regions: one more is too_large "tar.sparse".
  explicit SparseMap(std::size_t limit) : limit_(limit) {}

  // Errors as above.
  Result<void> add(SparseRegion region);
  // The old GNU form: entries of 24 bytes, two numbers of 12 each, ended by an empty one or by the
  // end of `entries`. Corrupt "tar.malformed".
  Result<void> add_old(ByteView entries);
  // The PAX 0.1 form: "offset,size,offset,size". Corrupt "tar.malformed".
  Result<void> add_list(std::string_view numbers);

  // Holds the rules that content() relies on: regions in order, disjoint, within a file of
  // `logical` bytes, and together exactly the `stored` bytes. Corrupt "tar.malformed".
  Result<void> check(std::uint64_t logical, std::uint64_t stored) const;

  const std::vector<SparseRegion>& regions() const { return regions_; }
  std::size_t limit() const { return limit_; }

 private:
  std::size_t limit_;
  std::vector<SparseRegion> regions_;
};

// Reads the PAX 1.0 form, which begins the member's content: decimal numbers, one a line, how many
// regions and then the offset and size of each, padded to whole blocks.
class SparseMapText {
 public:
  // `map` must outlive this.
  explicit SparseMapText(SparseMap& map) : map_(map) {}

  // The next block; true when the map is complete. Errors: corrupt "tar.malformed", too_large
  // "tar.sparse".
  Result<bool> add(ByteView block);

 private:
  Result<void> end_number();

  SparseMap& map_;
  std::uint64_t number_ = 0;
  int digits_ = 0;
  std::uint64_t left_ = 1;  // numbers still to come
  bool counted_ = false;
  std::uint64_t offset_ = 0;  // of the region whose size is to come
};

}  // namespace tallyman
