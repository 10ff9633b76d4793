#pragma once
// Byte strings stored once each, named by a 32-bit reference. Two of them make up most of the
// index: one for texts, one for lists of references.
//
// Layout at word `reference` (a word is 4 bytes): u32 length, the bytes, zeros to a whole word.
// Reference 0 is the empty string.

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace tallyman {

using PoolRef = std::uint32_t;

class BlobPool {
 public:
  BlobPool();

  // The reference of these bytes, new or known. REQUIRES size() below 8 GiB before the call and
  // `bytes` no part of this pool.
  PoolRef intern(ByteView bytes);
  PoolRef intern(std::string_view text) { return intern(as_bytes(text)); }

  // REQUIRES a reference that intern() gave. The view lives until the next intern().
  ByteView at(PoolRef reference) const;
  std::string_view text(PoolRef reference) const { return as_text(at(reference)); }

  std::uint64_t size() const { return bytes_.size(); }  // bytes
  const Bytes& bytes() const { return bytes_; }

 private:
  struct Slot {
    std::uint32_t reference_plus_one = 0;  // 0: free
    std::uint32_t tag = 0;                 // upper half of the hash: saves most comparisons
  };
  void grow();

  Bytes bytes_;
  std::vector<Slot> slots_;  // open addressing, a power of two
  std::size_t used_ = 0;
};

// Reads a pool out of a file that nobody vouches for: a reference outside, or a length beyond the
// end, gives the empty string.
class PoolView {
 public:
  PoolView() = default;
  explicit PoolView(ByteView bytes) : bytes_(bytes) {}
  ByteView at(PoolRef reference) const;
  std::string_view text(PoolRef reference) const { return as_text(at(reference)); }

 private:
  ByteView bytes_;
};

}  // namespace tallyman
