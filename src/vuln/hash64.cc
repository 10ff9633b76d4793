#include "vuln/hash64.h"

#include <bit>
#include <cstring>

namespace tallyman {
namespace {

static_assert(std::endian::native == std::endian::little, "words are loaded as stored");

constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15;  // 2^64 / golden ratio
constexpr std::uint64_t kLast = 0xD6E8FEB86659FD93;

__extension__ using Wide = unsigned __int128;

// Both halves of the product folded: every input bit reaches every output bit.
std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace

std::uint64_t hash64(ByteView bytes, std::uint64_t seed) {
  std::uint64_t hash = mix(seed ^ kStep, kLast);
  const std::uint8_t* at = bytes.data();
  std::size_t left = bytes.size();
  std::uint64_t word = 0;
  for (; left >= sizeof(word); at += sizeof(word), left -= sizeof(word)) {
    std::memcpy(&word, at, sizeof(word));
    hash = mix(hash ^ word, kStep);
  }
  word = 0;
  if (left > 0) std::memcpy(&word, at, left);
  return mix(hash ^ word, kLast ^ bytes.size());
}

}  // namespace tallyman
