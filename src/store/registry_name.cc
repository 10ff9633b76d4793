#include "store/registry_name.h"

#include <algorithm>

#include "base/text.h"

namespace tallyman {
namespace {

constexpr std::size_t kMaximumName = 512;
constexpr std::string_view kHint =
    "a registry is written HOST[:PORT][/PATH][*], for example registry.example.com:5000 or "
    "registry.example.com/team/*";

std::unexpected<Error> bad_name(std::string_view why, std::string_view hint = kHint) {
  return fail(ErrorKind::invalid, "registry.name", "not a registry name: " + std::string(why),
              std::string(hint));
}

bool all_of(std::string_view text, std::string_view others) {
  return std::ranges::all_of(
      text, [&](char c) { return is_alnum(c) || others.find(c) != std::string_view::npos; });
}

// The mistakes people make, each with its own answer.
Result<void> check_shape(std::string_view text) {
  if (text.empty()) return bad_name("it is empty");
  if (text.size() > kMaximumName) return bad_name("longer than 512 bytes");
  if (text.find('@') != std::string_view::npos) {
    return bad_name("it holds '@'",
                    "the user goes into --username, the password into "
                    "TALLYMAN_REGISTRY_PASSWORD");
  }
  if (text.find("://") != std::string_view::npos) {
    return bad_name("it holds a scheme",
                    "leave out https:// and give the host alone, for example "
                    "registry.example.com");
  }
  if (text.ends_with('/')) return bad_name("it ends with '/'", "leave out the '/' at the end");
  std::size_t star = text.find('*');
  if (star == std::string_view::npos) return {};
  if (star + 1 != text.size()) return bad_name("a '*' may stand only at the end");
  if (text.find('/') == std::string_view::npos) {
    return bad_name("a '*' in the host would also match hosts of other owners",
                    "name the whole host: HOST alone serves all of its repositories");
  }
  return {};
}

// A one-word host keeps even port 443: an image reference needs it there to tell a host from the
// first part of a path.
Result<std::string> canonical_port(std::string_view port, std::string_view host) {
  auto number = parse_u64(port);
  if (!number || *number == 0 || *number > 65535) return bad_name("the port is not 1 to 65535");
  const bool one_word = host.find_first_of(".:") == std::string_view::npos && host != "localhost";
  return *number == 443 && !one_word ? std::string() : ":" + std::to_string(*number);
}

Result<std::string> canonical_host(std::string_view text) {
  // An IPv6 literal keeps its brackets: the port's colon is the one behind them.
  std::size_t name_end = text.starts_with('[') ? text.find(']') : 0;
  if (name_end == std::string_view::npos) return bad_name("a '[' without its ']'");
  std::size_t colon = text.find(':', name_end);
  std::string host = to_lower(text.substr(0, colon));
  if (host.ends_with('.')) host.pop_back();
  bool literal = host.starts_with('[');
  std::string_view inner =
      literal ? std::string_view(host).substr(1, host.size() - 2) : std::string_view(host);
  if (inner.empty() || (literal && !host.ends_with(']')) ||
      !all_of(inner, literal ? ":." : ".-_")) {
    return bad_name("the host holds a character that host names do not have");
  }
  if (host == "index.docker.io") host = "docker.io";
  if (colon != std::string_view::npos) host += TRY(canonical_port(text.substr(colon + 1), host));
  return host;
}

}  // namespace

Result<std::string> canonical_registry_name(std::string_view text) {
  TRY(check_shape(text));
  Cut parts = cut(text, '/');
  std::string name = TRY(canonical_host(parts.before));
  if (!parts.found) return name;
  std::string_view path = parts.after;
  if (path.find("//") != std::string_view::npos || path.starts_with('/')) {
    return bad_name("it holds an empty path part");
  }
  if (!all_of(path, "._-/*")) {
    return bad_name("the path holds a character that repositories do not have");
  }
  return name + '/' + std::string(path);
}

std::string_view registry_host(std::string_view name) { return cut(name, '/').before; }

bool serves(std::string_view name, std::string_view registry, std::string_view repository) {
  if (name == registry) return true;
  std::string image = std::string(registry) + '/' + std::string(repository);
  if (name.ends_with('*')) return image.starts_with(name.substr(0, name.size() - 1));
  return name == image;
}

}  // namespace tallyman
