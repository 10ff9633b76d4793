#include <array>
#include <string_view>

#include "catalog/testing/run.h"

namespace tallyman::ecosystems {
extern const Cataloger rpm;
}

// The first byte chooses which form of database the rest is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::array<std::string_view, 3> kPaths = {
      "var/lib/rpm/rpmdb.sqlite", "var/lib/rpm/Packages.db", "var/lib/rpm/Packages"};
  if (size == 0) return 0;
  tallyman::testing_support::run_cataloger(tallyman::ecosystems::rpm,
                                           kPaths[data[0] % kPaths.size()], {data + 1, size - 1});
  return 0;
}
