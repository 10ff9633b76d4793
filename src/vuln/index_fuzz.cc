// An index file that nobody vouches for.

#include <cstddef>
#include <cstdint>

#include "vuln/testing/index_exercise.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tallyman;
  auto index =
      VulnerabilityIndex::from_bytes({data, size}, VulnerabilityIndex::Verify::bounds_only);
  if (index) testing_support::exercise(**index, "Debian:12", "libfoo");
  return 0;
}
