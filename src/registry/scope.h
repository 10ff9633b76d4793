#pragma once
// What a token is asked for: "repository:team/app:pull" (Docker token authentication spec).

#include <string>
#include <string_view>
#include <vector>

namespace tallyman {

// The scope of pulling from `repository`.
std::string pull_scope(std::string_view repository);

// The scopes to ask for when a challenge demands `demanded` (space-separated, may be empty) and
// the request needs `needed` (may be empty): what is demanded comes first, since some servers
// read one only, cut down to reading; no more than eight, no duplicates.
std::vector<std::string> scopes_to_ask(std::string_view demanded, std::string_view needed);

}  // namespace tallyman
