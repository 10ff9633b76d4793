#pragma once
// One 512-byte header block of a tar archive, read in place.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace tallyman {

// A number as tar headers write it: octal digits between spaces and NULs (an empty field is 0), or
// base-256 when the first bit is set. nullopt when it is neither, negative, or above 2^63 - 1.
std::optional<std::uint64_t> parse_tar_number(ByteView field);

class TarHeader {
 public:
  // A view: `block`, of 512 bytes, must outlive it.
  explicit TarHeader(ByteView block) : block_(block) {}

  bool is_zero() const;
  // True when the checksum field matches; old tars summed the bytes as signed.
  bool checksum_holds() const;
  char type() const { return static_cast<char>(block_[156]); }
  std::optional<std::uint64_t> size() const { return parse_tar_number(block_.subspan(124, 12)); }
  // Name, with ustar's prefix before it.
  std::string path() const;
  std::string_view link_target() const { return text(157, 100); }

  // Of old GNU sparse members (type 'S').
  std::optional<std::uint64_t> sparse_size() const {
    return parse_tar_number(block_.subspan(483, 12));
  }
  // The regions in the header itself, 24 bytes each.
  ByteView sparse_regions() const { return block_.subspan(386, std::size_t{4} * 24); }
  bool sparse_extended() const { return block_[482] != 0; }

 private:
  std::string_view text(std::size_t offset, std::size_t size) const;

  ByteView block_;
};

}  // namespace tallyman
