#pragma once
// What a PAX extended header (POSIX pax, "x" and "g") says of the member to come.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "stream/limits.h"
#include "stream/tar_sparse.h"

namespace tallyman {

// GNU's sparse files inside PAX. Versions 0.0 and 0.1 give the map in records, 1.0 at the start of
// the content.
struct SparseRecords {
  explicit SparseRecords(std::size_t limit) : map(limit) {}

  std::optional<std::uint64_t> major;
  std::optional<std::uint64_t> minor;
  std::optional<std::uint64_t> size;  // of the file, with its holes
  std::string name;                   // the file's path; "path" then holds a stand-in
  SparseMap map;
  bool has_map = false;
  std::optional<std::uint64_t> open_offset;  // of a 0.0 region whose size record is to come

  // 1.0.
  bool map_in_content() const { return major == 1 && minor == 0; }
  // 0.0 or 0.1. Other versions are taken for ordinary files, as Go's reader takes them.
  bool map_in_records() const {
    return has_map && (!major || *major == 0) && (!minor || *minor <= 1);
  }
};

struct TarRecords {
  explicit TarRecords(const Limits& limits) : sparse(limits.sparse_regions) {}

  // nullopt: not said; "": said to be what the header block has, whatever "g" said.
  std::optional<std::string> path;
  std::optional<std::string> link_target;
  std::optional<std::uint64_t> size;
  SparseRecords sparse;
  std::size_t xattrs = 0;

  // Takes in the records "LENGTH KEY=VALUE\n" of one extended header; unknown keys are ignored,
  // among them hdrcharset: paths are bytes to us. Errors: corrupt "tar.malformed", too_large
  // "tar.metadata" (extended attributes beyond Limits), "tar.sparse".
  Result<void> parse(std::string_view text, const Limits& limits);

 private:
  Result<void> apply(std::string_view key, std::string_view value, const Limits& limits);
  Result<void> apply_sparse(std::string_view key, std::string_view value);
  Result<void> count_xattr(std::string_view value, const Limits& limits);
};

}  // namespace tallyman
