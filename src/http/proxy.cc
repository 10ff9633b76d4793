#include "http/proxy.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/bytes.h"
#include "base/text.h"

namespace tallyman {
namespace {

// The first of `names` that is set and not empty, "" if none is.
template <std::size_t N>
std::string first_set(const Environment& environment, const std::array<const char*, N>& names) {
  for (const char* name : names) {
    std::string value = environment.get_or_empty(name);
    if (!value.empty()) return value;
  }
  return {};
}

// An IPv4 address as 4 bytes, an IPv6 address as 16; empty for anything else.
Bytes parse_address(std::string_view text) {
  const std::string copy(text);
  Bytes bytes(16);
  if (::inet_pton(AF_INET6, copy.c_str(), bytes.data()) == 1) return bytes;
  bytes.resize(4);
  if (::inet_pton(AF_INET, copy.c_str(), bytes.data()) == 1) return bytes;
  return {};
}

bool same_prefix(ByteView a, ByteView b, std::size_t bits) {
  const std::size_t whole = bits / 8;
  if (!std::ranges::equal(a.first(whole), b.first(whole))) return false;
  return bits % 8 == 0 || (a[whole] ^ b[whole]) >> (8 - bits % 8) == 0;
}

bool matches_range(const Bytes& address, std::string_view entry) {
  Cut parts = cut(entry, '/');
  if (parts.before.starts_with('[') && parts.before.ends_with(']')) {
    parts.before = parts.before.substr(1, parts.before.size() - 2);
  }
  Bytes range = parse_address(parts.before);
  if (range.size() != address.size()) return false;
  const std::size_t all = range.size() * 8;
  std::optional<std::uint64_t> bits = parts.found ? parse_u64(parts.after) : all;
  return bits && *bits <= all && same_prefix(address, range, *bits);
}

bool matches_domain(std::string_view host, std::string_view entry) {
  if (entry.starts_with('.')) entry.remove_prefix(1);
  if (entry.ends_with('.')) entry.remove_suffix(1);
  if (entry.empty() || host.size() < entry.size()) return false;
  std::string_view tail = host.substr(host.size() - entry.size());
  if (!equals_ignoring_case(tail, entry)) return false;
  return tail.size() == host.size() || host[host.size() - tail.size() - 1] == '.';
}

bool is_excepted(const std::string& host, std::string list) {
  std::ranges::replace(list, ',', ' ');
  const Bytes address = parse_address(host);
  return std::ranges::any_of(split(list, ' '), [&](std::string_view entry) {
    entry = trim(entry);
    if (entry == "*") return true;
    return address.empty() ? matches_domain(host, entry) : matches_range(address, entry);
  });
}

}  // namespace

std::string proxy_for(const Url& url, const Environment& environment) {
  std::string proxy = url.scheme == "https"
                          ? first_set(environment, std::array{"https_proxy", "HTTPS_PROXY"})
                          : first_set(environment, std::array{"http_proxy"});
  if (proxy.empty()) proxy = first_set(environment, std::array{"all_proxy", "ALL_PROXY"});
  if (proxy.empty()) return {};
  if (is_excepted(url.host, first_set(environment, std::array{"no_proxy", "NO_PROXY"}))) return {};
  return proxy;
}

}  // namespace tallyman
