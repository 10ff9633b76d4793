#include "cli/usage_text.h"

#include "base/text.h"
#include "cli/context.h"

namespace tallyman {

std::string usage_text(std::string_view message) {
  constexpr std::string_view kConversion = "Could not convert: ";  // FLAG = VALUE
  if (!message.starts_with(kConversion)) return printable(message);
  std::string_view flag = trim(cut(message.substr(kConversion.size()), '=').before);
  return printable(flag) +
         ": not a value that it takes (it is not shown here, as it may be a "
         "password)";
}

std::string check_boolean(const std::string& text) {
  return parse_boolean(text) ? "" : "give true or false";
}

}  // namespace tallyman
