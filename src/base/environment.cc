#include "base/environment.h"

#include <unistd.h>

#include "base/text.h"

namespace tallyman {

Environment Environment::from_process() {
  std::map<std::string, std::string, std::less<>> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    Cut pair = cut(*entry, '=');
    variables.emplace(pair.before, pair.after);
  }
  return Environment(std::move(variables));
}

std::optional<std::string> Environment::get(std::string_view name) const {
  auto found = variables_.find(name);
  if (found == variables_.end()) return std::nullopt;
  return found->second;
}

}  // namespace tallyman
