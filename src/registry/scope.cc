#include "registry/scope.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace tallyman {
namespace {

constexpr std::size_t kMaxScopes = 8;
constexpr std::size_t kMaxScope = 512;  // bytes: a host and a repository name fit twice

// TYPE:NAME:ACTION,ACTION without the actions that write; "" when nothing is left. A name may
// hold colons (a host with a port), so the type ends at the first and the actions begin at the
// last.
std::string reading_only(std::string_view scope) {
  std::size_t first = scope.find(':');
  std::size_t last = scope.rfind(':');
  if (first == last || scope.size() > kMaxScope) return {};
  constexpr std::array<std::string_view, 3> kReading = {"pull", "metadata_read", "content_read"};
  std::string kept;
  for (std::string_view action : split(scope.substr(last + 1), ',')) {
    if (std::ranges::find(kReading, action) == kReading.end()) continue;
    kept.append(kept.empty() ? "" : ",").append(action);
  }
  if (kept.empty()) return {};
  return std::string(scope.substr(0, last + 1)) + kept;
}

}  // namespace

std::string pull_scope(std::string_view repository) {
  return "repository:" + std::string(repository) + ":pull";
}

std::vector<std::string> scopes_to_ask(std::string_view demanded, std::string_view needed) {
  std::vector<std::string> scopes;
  auto add = [&](std::string scope) {
    bool known = std::ranges::find(scopes, scope) != scopes.end();
    if (!scope.empty() && !known && scopes.size() < kMaxScopes) scopes.push_back(std::move(scope));
  };
  for (std::string_view scope : split(demanded, ' ')) {
    if (scopes.size() + 1 < kMaxScopes) add(reading_only(scope));
  }
  add(std::string(needed));
  return scopes;
}

}  // namespace tallyman
