#pragma once
// "os/architecture[/variant]" as image indexes use it.

#include <string>
#include <string_view>

#include "base/result.h"

namespace tallyman {

struct Platform {
  std::string os;
  std::string architecture;
  std::string variant;

  // "linux/amd64", "linux/arm/v7", "arm64" (os linux implied). Usual aliases are normalised:
  // x86_64 -> amd64, aarch64 -> arm64, arm64/v8 -> arm64, armhf -> arm/v7. Kind invalid, code
  // "platform.malformed" otherwise.
  static Result<Platform> parse(std::string_view text);
  // linux and this machine's architecture.
  static Platform host();

  // True when an image made for `other` is what this platform asks for: same os and
  // architecture; an unset variant on either side matches (arm without variant means v7, then v6).
  bool matches(const Platform& other) const;
  std::string text() const;
  bool operator==(const Platform&) const = default;
};

}  // namespace tallyman
