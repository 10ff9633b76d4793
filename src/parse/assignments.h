#pragma once
// NAME=VALUE lines with shell quoting, as os-release(5) and lsb-release files are written.

#include <map>
#include <string>
#include <string_view>

namespace tallyman {

// Every assignment in `text`; of two to one name the later counts, as in a shell. Values in
// double quotes lose the quotes and the backslash before `"`, `$`, `\` and '`'; in single quotes
// only the quotes; a bare value keeps inner spaces and loses backslashes. Lines that begin with
// '#' and lines that are no assignment are left out. Never fails; linear in the text.
std::map<std::string, std::string, std::less<>> parse_assignments(std::string_view text);

}  // namespace tallyman
