#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "auth/docker_config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const char* registry : {"docker.io", "registry.example:5000"}) {
    auto credential = tallyman::docker_config_entry({data, size}, registry, "team/app", "fuzz");
    if (!credential) {
      if (credential.error().code != "docker_config.malformed") std::abort();
    } else if (*credential && (*credential)->source != "fuzz") {
      std::abort();
    }
  }
  return 0;
}
