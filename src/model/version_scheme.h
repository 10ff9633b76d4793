#pragma once
// How one ecosystem orders version strings. One file per scheme in model/version/, each
// defining `const VersionScheme NAME`; the list is generated (cmake/module.cmake).

#include <compare>
#include <span>
#include <string_view>

namespace tallyman {

struct VersionScheme {
  std::string_view id;           // "deb", "apk", "rpm"
  std::string_view description;  // one line for `--help` and the docs
  // Total order over any two texts, valid versions or not: never fails, never throws, linear
  // time, no allocation that depends on the input's numbers.
  std::weak_ordering (*compare)(std::string_view a, std::string_view b);
};

namespace version {
// Every scheme, in name order.
std::span<const VersionScheme* const> all();
}  // namespace version

// The scheme with that id (aliases: dpkg = deb); nullptr if there is none.
const VersionScheme* find_version_scheme(std::string_view id);

}  // namespace tallyman
