// Two texts (a newline between): every scheme answers, and the other way round answers the reverse.

#include "base/bytes.h"
#include "base/text.h"
#include "model/version_scheme.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tallyman::Cut pair = tallyman::cut(tallyman::as_text({data, size}), '\n');
  for (const tallyman::VersionScheme* scheme : tallyman::version::all()) {
    auto order = scheme->compare(pair.before, pair.after);
    auto reverse = scheme->compare(pair.after, pair.before);
    if ((order < 0) != (reverse > 0) || (order > 0) != (reverse < 0)) __builtin_trap();
  }
  return 0;
}
