#pragma once
// A keyed 128-bit hash of a path (SipHash-2-4-128), so that a layer of a million files costs
// 17 bytes a file. The key is taken from the layer's own digest: whoever builds a layer cannot
// choose paths that collide under a key that the same paths decide.

#include <array>
#include <compare>
#include <cstdint>
#include <string_view>

#include "model/digest.h"

namespace tallyman {

struct PathHash {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const PathHash&) const = default;
};

class PathHasher {
 public:
  // The key is the first 16 bytes of the digest; REQUIRES a non-empty digest.
  explicit PathHasher(const Digest& layer_blob);
  // `path` is normalised: no leading slash, no "." or "..", no empty part, no trailing slash.
  PathHash operator()(std::string_view path) const;

 private:
  std::array<std::uint8_t, 16> key_{};
};

}  // namespace tallyman
