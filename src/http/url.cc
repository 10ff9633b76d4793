#include "http/url.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"

namespace tallyman {
namespace {

constexpr std::size_t kMaxUrlLength = 16 * 1024;  // signed URLs reach a few KiB
constexpr std::size_t kMaxHostLength = 253;
constexpr std::size_t kMaxPortDigits = 5;

std::unexpected<Error> refuse(std::string reason, std::string hint = {}) {
  return fail(ErrorKind::invalid, "http.url", std::move(reason), std::move(hint));
}

std::uint16_t default_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

// Nothing in `text` that two parsers read in two ways, and nothing that ends a header line.
Result<void> check_characters(std::string_view text) {
  if (text.size() > kMaxUrlLength) return refuse("a URL of more than 16 KiB");
  for (char c : text) {
    if (c <= ' ' || c > '~' || c == '\\') {
      return refuse("a URL with a space, a backslash, or a character outside of ASCII",
                    "percent-encode it");
    }
  }
  return {};
}

// The address in its one canonical spelling; nullopt if it is not IPv6.
std::optional<std::string> canonical_v6(const std::string& text) {
  in6_addr address{};
  std::array<char, INET6_ADDRSTRLEN> canonical{};
  if (::inet_pton(AF_INET6, text.c_str(), &address) != 1) return std::nullopt;
  if (::inet_ntop(AF_INET6, &address, canonical.data(), canonical.size()) == nullptr) {
    return std::nullopt;
  }
  return std::string(canonical.data());
}

// Resolvers read "0x7f.1" and "2130706433" as IPv4 addresses: a last label that looks like a
// number is allowed in a plain dotted quad only.
bool is_ambiguous_number(const std::string& host) {
  std::string_view last = std::string_view(host).substr(host.rfind('.') + 1);
  bool numeric = std::ranges::all_of(last, is_digit) || last.starts_with("0x");
  in_addr address{};
  return numeric && ::inet_pton(AF_INET, host.c_str(), &address) != 1;
}

Result<std::string> parse_name(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  std::string host = to_lower(text);
  bool clean = std::ranges::all_of(
      host, [](char c) { return is_alnum(c) || c == '-' || c == '.' || c == '_'; });
  if (!clean || host.empty() || host.size() > kMaxHostLength || host.starts_with('.') ||
      host.ends_with('.') || host.find("..") != std::string::npos) {
    return refuse("a URL whose host is not a name or an address",
                  "a host is letters, digits, '-', '_' and '.', or an IPv6 address in brackets");
  }
  if (is_ambiguous_number(host)) {
    return refuse("a URL whose host is a number", "write IPv4 addresses as four decimal numbers");
  }
  return host;
}

Result<std::uint16_t> parse_port(std::string_view text, std::string_view scheme) {
  if (text.empty()) return default_port(scheme);
  std::optional<std::uint64_t> port = parse_u64(text);
  if (!port || text.size() > kMaxPortDigits || *port == 0 || *port > 65535) {
    return refuse("a URL whose port is not a number from 1 to 65535");
  }
  return static_cast<std::uint16_t>(*port);
}

// host [":" port] into `url`, whose scheme is set.
Result<void> parse_authority(std::string_view text, Url& url) {
  if (text.find('@') != std::string_view::npos) {
    return refuse("a URL with a user name or password in it", "give credentials another way");
  }
  std::string_view port;
  if (text.starts_with('[')) {
    Cut parts = cut(text.substr(1), ']');
    std::optional<std::string> host = canonical_v6(std::string(parts.before));
    if (!host || !parts.found || (!parts.after.empty() && parts.after[0] != ':')) {
      return refuse("a URL with a malformed IPv6 address");
    }
    url.host = *std::move(host);
    if (!parts.after.empty()) port = parts.after.substr(1);
  } else {
    Cut parts = cut(text, ':');
    url.host = TRY(parse_name(parts.before));
    port = parts.after;
  }
  url.port = TRY(parse_port(port, url.scheme));
  return {};
}

// True if `text` begins with "scheme:", which makes a reference absolute (RFC 3986 4.1).
bool has_scheme(std::string_view text) {
  std::size_t colon = text.find_first_of(":/?#");
  if (colon == std::string_view::npos || text[colon] != ':' || !is_alpha(text[0])) return false;
  return std::ranges::all_of(text.substr(0, colon), [](char c) {
    return is_alnum(c) || c == '+' || c == '-' || c == '.';
  });
}

// RFC 3986 5.2.4 on a path that begins with '/'.
std::string remove_dot_segments(std::string_view path) {
  std::vector<std::string_view> kept;
  std::vector<std::string_view> segments = split(path.substr(1), '/');
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const bool last = i + 1 == segments.size();
    if (segments[i] == "." || segments[i] == "..") {
      if (segments[i] == ".." && !kept.empty()) kept.pop_back();
      if (last) kept.emplace_back();
    } else {
      kept.push_back(segments[i]);
    }
  }
  std::string result;
  for (std::string_view segment : kept) result.append("/").append(segment);
  return result.empty() ? "/" : result;
}

std::string authority(const Url& url) {
  const bool v6 = url.host.find(':') != std::string::npos;
  std::string text = v6 ? "[" + url.host + "]" : url.host;
  if (url.port != default_port(url.scheme)) text += ":" + std::to_string(url.port);
  return text;
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  TRY(check_characters(text));
  text = cut(text, '#').before;
  std::size_t end = text.find("://");
  if (end == std::string_view::npos) return refuse("a URL without http:// or https://");
  Url url;
  url.scheme = to_lower(text.substr(0, end));
  if (url.scheme != "http" && url.scheme != "https") {
    return refuse("a URL whose scheme is neither http nor https");
  }
  text.remove_prefix(end + 3);
  std::size_t path = std::min(text.find_first_of("/?"), text.size());
  TRY(parse_authority(text.substr(0, path), url));
  Cut parts = cut(text.substr(path), '?');
  url.path = parts.before.empty() ? "/" : parts.before;
  url.query = parts.after;
  return url;
}

Result<Url> Url::resolve(std::string_view reference) const {
  TRY(check_characters(reference));
  reference = cut(reference, '#').before;
  if (reference.starts_with("//")) return parse(scheme + ":" + std::string(reference));
  if (has_scheme(reference)) return parse(reference);
  Url url = *this;
  if (reference.empty()) return url;
  Cut parts = cut(reference, '?');
  url.query = parts.after;
  if (parts.before.starts_with('/')) {
    url.path = remove_dot_segments(parts.before);
  } else if (!parts.before.empty()) {
    std::string folder = path.substr(0, path.rfind('/') + 1);
    url.path = remove_dot_segments(folder.append(parts.before));
  }
  return url;
}

std::string Url::text() const {
  std::string text = redacted();
  if (!query.empty()) text += "?" + query;
  return text;
}

std::string Url::origin() const { return scheme + "://" + authority(*this); }

std::string Url::redacted() const { return origin() + path; }

std::string url_encode(std::string_view text) {
  constexpr std::string_view kHexDigits = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (char c : text) {
    if (is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += '%';
      encoded += kHexDigits[byte >> 4];
      encoded += kHexDigits[byte & 15];
    }
  }
  return encoded;
}

std::string url_query(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string query;
  for (const auto& [name, value] : fields) {
    if (!query.empty()) query += '&';
    query.append(url_encode(name)).append("=").append(url_encode(value));
  }
  return query;
}

}  // namespace tallyman
