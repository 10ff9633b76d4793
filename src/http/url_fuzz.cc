#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/bytes.h"
#include "http/url.h"

// The first line is a base URL, the rest a reference. Whatever is accepted must read back to the
// same text: anything else would let a policy check see another URL than the one requested.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using tallyman::Url;
  std::string_view text = tallyman::as_text({data, size});
  std::size_t line = text.find('\n');
  auto check = [](const Url& url) {
    auto again = Url::parse(url.text());
    if (!again || again->text() != url.text() || again->origin() != url.origin()) std::abort();
  };
  auto base = Url::parse(text.substr(0, line));
  if (!base) return 0;
  check(*base);
  if (line == std::string_view::npos) return 0;
  auto resolved = base->resolve(text.substr(line + 1));
  if (resolved) check(*resolved);
  return 0;
}
