#include <array>
#include <string_view>

#include "catalog/testing/run.h"

namespace tallyman::ecosystems {
extern const Cataloger distro;
}

// The first byte chooses which of the release files the rest is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::array<std::string_view, 5> kPaths = {"etc/os-release", "etc/lsb-release",
                                                      "etc/alpine-release", "etc/debian_version",
                                                      "etc/redhat-release"};
  if (size == 0) return 0;
  tallyman::testing_support::run_cataloger(tallyman::ecosystems::distro,
                                           kPaths[data[0] % kPaths.size()], {data + 1, size - 1});
  return 0;
}
