#include "catalog/testing/run.h"

namespace tallyman::ecosystems {
extern const Cataloger apk;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tallyman::testing_support::run_cataloger(tallyman::ecosystems::apk, "lib/apk/db/installed",
                                           {data, size});
  return 0;
}
