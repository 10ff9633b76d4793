// Any bytes: a tree within the limits or an error.

#include "parse/json.h"

namespace {

std::size_t count(const tallyman::Json& json, std::size_t depth) {
  if (depth > 32) __builtin_trap();
  std::size_t total = 1;
  for (const auto& item : json.items()) total += count(item, depth + 1);
  for (const auto& [key, value] : json.members()) {
    if (json.find(key) != &value) __builtin_trap();  // a duplicate got through
    total += count(value, depth + 1);
  }
  return total;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto json = tallyman::Json::parse({data, size});
  if (json && count(*json, 0) > tallyman::JsonLimits().values) __builtin_trap();
  return 0;
}
