// Any header lines (split at newlines): bounded challenges, Bearer first.

#include "base/bytes.h"
#include "base/text.h"
#include "registry/challenge.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::string_view> lines = tallyman::split(tallyman::as_text({data, size}), '\n');
  auto challenges = tallyman::parse_challenges(lines);
  if (challenges.size() > 16) __builtin_trap();
  for (std::size_t i = 1; i < challenges.size(); ++i) {
    if (challenges[i].scheme < challenges[i - 1].scheme) __builtin_trap();
  }
  return 0;
}
