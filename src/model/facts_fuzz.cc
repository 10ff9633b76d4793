// Any bytes: an error, or facts whose encoding is exactly those bytes.

#include <algorithm>

#include "model/layer_facts.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto facts = tallyman::decode_facts({data, size});
  if (!facts) return 0;
  tallyman::Bytes again = tallyman::encode_facts(*facts);
  if (!std::equal(again.begin(), again.end(), data, data + size)) __builtin_trap();
  return 0;
}
