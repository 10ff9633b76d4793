#pragma once
// A fast 64-bit hash for the index: where a key lies, and whether a file was damaged by accident.
// Not for data that somebody chose in order to collide.

#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace tallyman {

// The same value on every machine. Chaining through `seed` keeps parts apart:
// hash64(b, hash64(a)) differs from hash64(ab).
std::uint64_t hash64(ByteView bytes, std::uint64_t seed = 0);

inline std::uint64_t hash64(std::string_view text, std::uint64_t seed = 0) {
  return hash64(as_bytes(text), seed);
}

}  // namespace tallyman
