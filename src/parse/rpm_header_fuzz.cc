#include "parse/rpm_header.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto header = tallyman::parse_rpm_header({data, size});
  if (header) {
    static_cast<void>(header->full_version());
    static_cast<void>(tallyman::split_source_rpm(header->source_rpm));
  }
  return 0;
}
