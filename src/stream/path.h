#pragma once
// Paths inside an image, in the one form in which they are compared and hashed.

#include <optional>
#include <string>
#include <string_view>

namespace tallyman {

// `raw` as an image path: leading "./" and "/", empty and "." parts and trailing "/" are taken
// away; nothing else is resolved. "" is the root (from ".", "./", "/"). nullopt for a path that
// an image cannot mean well: a ".." part, a NUL, more than Limits{}.path_bytes bytes or more than
// Limits{}.path_depth parts, and "" itself.
std::optional<std::string> normalise_path(std::string_view raw);

}  // namespace tallyman
