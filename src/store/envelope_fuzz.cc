// Arbitrary bytes never open as an envelope, and any secret with any binding comes back.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "store/envelope.h"

namespace {

const tallyman::KeyRing& ring() {
  static const auto made = [] {
    auto file = std::filesystem::temp_directory_path() /
                ("tallyman-envelope-fuzz-" + std::to_string(::getpid()) + ".key");
    auto opened = tallyman::KeyRing::open(file, true);
    std::filesystem::remove(file);
    if (!opened) std::abort();
    return std::move(*opened);
  }();
  return *made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tallyman::ByteView input(data, size);
  if (ring().open_sealed(input, "binding")) std::abort();
  std::string binding(tallyman::as_text(input.first(size / 2)));
  std::string text(tallyman::as_text(input.subspan(size / 2)));
  auto sealed = ring().seal(tallyman::Secret(std::string(text)), binding);
  if (!sealed && text.size() > tallyman::kMaximumSecret) return 0;
  if (!sealed) std::abort();
  auto opened = ring().open_sealed(*sealed, binding);
  if (!opened || opened->reveal() != text) std::abort();
  if (ring().open_sealed(*sealed, binding + "x")) std::abort();
  return 0;
}
