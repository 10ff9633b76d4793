#include "stream/path.h"

#include <algorithm>
#include <cstring>

#include "stream/limits.h"

namespace tallyman {
namespace {

// True when every part is a proper name. Every member of every layer passes here, so it is one
// look per part at the bytes behind the slash.
bool is_normal(std::string_view path) {
  const char* at = path.data();
  const char* end = at + path.size();
  while (true) {
    if (at == end || *at == '/') return false;
    if (*at == '.') {
      const char* behind = at + (end - at > 1 && at[1] == '.' ? 2 : 1);
      if (behind == end || *behind == '/') return false;
    }
    const void* slash = std::memchr(at, '/', static_cast<std::size_t>(end - at));
    if (slash == nullptr) return true;
    at = static_cast<const char*>(slash) + 1;
  }
}

std::optional<std::string> rebuild(std::string_view raw) {
  std::string path;
  while (!raw.empty()) {
    std::size_t length = std::min(raw.find('/'), raw.size());
    std::string_view part = raw.substr(0, length);
    raw.remove_prefix(std::min(length + 1, raw.size()));
    if (part.empty() || part == ".") continue;
    if (part == "..") return std::nullopt;
    if (!path.empty()) path += '/';
    path += part;
  }
  return path;
}

}  // namespace

std::optional<std::string> normalise_path(std::string_view raw) {
  constexpr Limits kLimits;
  if (raw.empty() || raw.size() > kLimits.path_bytes || raw.contains('\0')) return std::nullopt;
  std::string_view middle = raw;
  if (middle.starts_with("./")) middle.remove_prefix(2);
  if (middle.starts_with('/')) middle.remove_prefix(1);
  if (middle.ends_with('/')) middle.remove_suffix(1);
  std::optional<std::string> path = is_normal(middle) ? std::string(middle) : rebuild(raw);
  if (path && path->size() > kLimits.path_depth &&
      static_cast<std::size_t>(std::ranges::count(*path, '/')) >= kLimits.path_depth) {
    return std::nullopt;
  }
  return path;
}

}  // namespace tallyman
