// Any text: an error, or a reference whose canonical form parses to itself.

#include "base/bytes.h"
#include "model/reference.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto first = tallyman::Reference::parse(tallyman::as_text({data, size}));
  if (!first) return 0;
  auto again = tallyman::Reference::parse(first->text());
  if (!again || again->text() != first->text() || again->registry != first->registry) {
    __builtin_trap();
  }
  return 0;
}
