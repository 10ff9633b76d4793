#include "model/reference.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace tallyman {
namespace {

constexpr std::size_t kLongestReference = 2048;
constexpr std::size_t kLongestHost = 255;
constexpr std::size_t kLongestRepository = 255;
constexpr std::size_t kLongestTag = 128;
constexpr std::size_t kShown = 300;  // bytes of the user's text that an error repeats

// "https://host/x" and "user:password@host/x": whatever stands there may hold a password.
bool may_hold_password(std::string_view text) {
  std::size_t at = text.find('@');
  return text.find("://") != std::string_view::npos ||
         (at != std::string_view::npos && text.find('/', at) != std::string_view::npos);
}

std::unexpected<Error> malformed(std::string_view text, std::string rule) {
  if (may_hold_password(text)) {
    return fail(ErrorKind::invalid, "reference.malformed",
                "the image reference has a scheme or a user in it (it is not shown here, as it may "
                "hold a password)",
                "write HOST/REPOSITORY:TAG without https:// and without a user; store the "
                "credential with: tallyman registry add HOST --username USER");
  }
  return fail(ErrorKind::invalid, "reference.malformed",
              fmt::format("\"{}\" is not an image reference", printable(text.substr(0, kShown))),
              std::move(rule));
}

bool is_lower_alnum(char c) { return is_digit(c) || (c >= 'a' && c <= 'z'); }

// Runs of lower-case letters and digits, joined by one '.', one or two '_', or any number of '-'.
bool is_path_part(std::string_view part) {
  while (true) {
    std::size_t run = 0;
    while (run < part.size() && is_lower_alnum(part[run])) ++run;
    if (run == 0) return false;
    part.remove_prefix(run);
    if (part.empty()) return true;
    std::size_t joint = part.find_first_not_of(part[0]);
    if (joint == std::string_view::npos) return false;
    bool allowed =
        (part[0] == '.' && joint == 1) || (part[0] == '_' && joint <= 2) || part[0] == '-';
    if (!allowed) return false;
    part.remove_prefix(joint);
  }
}

bool is_repository(std::string_view text) {
  return text.size() <= kLongestRepository && std::ranges::all_of(split(text, '/'), is_path_part);
}

bool is_tag(std::string_view tag) {
  auto allowed = [](char c) { return is_alnum(c) || c == '_' || c == '.' || c == '-'; };
  return !tag.empty() && tag.size() <= kLongestTag && tag[0] != '.' && tag[0] != '-' &&
         std::ranges::all_of(tag, allowed);
}

bool is_label(std::string_view label) {
  return !label.empty() && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, [](char c) { return is_alnum(c) || c == '-'; });
}

bool is_ipv6(const std::string& text) {
  in6_addr address;
  return text.find_first_not_of("0123456789abcdef:") == std::string::npos &&
         ::inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

bool reads_as_host(std::string_view part) {
  return part.find_first_of(".:") != std::string_view::npos || part.starts_with('[') ||
         equals_ignoring_case(part, "localhost");
}

struct HostPort {
  std::string_view host;  // an IPv6 address with its brackets
  std::string_view port;  // empty: none
  bool has_port = false;
};

HostPort split_port(std::string_view text) {
  std::size_t from = text.starts_with('[') ? std::min(text.find(']'), text.size()) : 0;
  std::size_t colon = text.find(':', from);
  if (colon == std::string_view::npos) return {text, {}, false};
  return {text.substr(0, colon), text.substr(colon + 1), true};
}

// Lower case, without the trailing dot; nullopt when it is neither a name nor an IPv6 address.
std::optional<std::string> canonical_host(std::string_view text) {
  std::string host = to_lower(text);
  if (host.starts_with('[')) {
    bool valid = host.ends_with(']') && is_ipv6(host.substr(1, host.size() - 2));
    return valid ? std::optional(host) : std::nullopt;
  }
  if (host.ends_with('.')) host.pop_back();
  bool valid = host.size() <= kLongestHost && std::ranges::all_of(split(host, '.'), is_label);
  return valid ? std::optional(host) : std::nullopt;
}

// `whole` is for the error only.
Result<std::string> canonical_registry(std::string_view text, std::string_view whole) {
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
    return malformed(whole, "write an international host name in its ASCII form (xn--...)");
  }
  HostPort parts = split_port(text);
  std::optional<std::string> host = canonical_host(parts.host);
  if (!host) return malformed(whole, "the part before the first '/' is not a valid host name");
  std::uint64_t port = 443;
  if (parts.has_port) {
    port = parts.port.size() <= 5 ? parse_u64(parts.port).value_or(0) : 0;
    if (port < 1 || port > 65535) return malformed(whole, "the port is a number from 1 to 65535");
  }
  if (*host == "index.docker.io" && port == 443) return std::string("docker.io");
  // A one-word host keeps its port: without it, it would read as the first part of a path.
  if (port == 443 && reads_as_host(*host)) return *host;
  return fmt::format("{}:{}", *host, port);
}

bool is_bare_digest(std::string_view text) {
  if (text.starts_with("sha256:")) text.remove_prefix(7);
  return Digest::parse("sha256:" + std::string(text)).has_value();
}

// Takes "@DIGEST" and ":TAG" off the end of `rest`.
Result<void> take_tag_and_digest(std::string_view& rest, std::string_view whole, Reference& into) {
  Cut parts = cut(rest, '@');
  rest = parts.before;
  if (parts.found) {
    Result<Digest> digest = Digest::parse(parts.after);
    if (!digest) return malformed(whole, digest.error().context);
    into.digest = *digest;
  }
  std::size_t slash = rest.rfind('/');
  std::size_t colon = rest.find(':', slash == std::string_view::npos ? 0 : slash);
  if (colon != std::string_view::npos) {
    into.tag = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
    if (!is_tag(into.tag)) {
      return malformed(whole,
                       "a tag is at most 128 letters, digits, '_', '.' and '-', and does not begin "
                       "with '.' or '-'");
    }
  } else if (into.digest.empty()) {
    into.tag = "latest";
  }
  return {};
}

}  // namespace

Result<Reference> Reference::parse(std::string_view text) {
  if (text.size() > kLongestReference) return malformed(text, "it is too long");
  if (is_bare_digest(text)) {
    return malformed(text, "a digest alone names no repository: write REPOSITORY@sha256:...");
  }
  Reference reference;
  std::string_view rest = text;
  Cut parts = cut(text, '/');
  if (parts.found && reads_as_host(parts.before)) {
    reference.registry = TRY(canonical_registry(parts.before, text));
    rest = parts.after;
  } else {
    reference.registry = "docker.io";
  }
  TRY(take_tag_and_digest(rest, text, reference));
  bool one_part = rest.find('/') == std::string_view::npos;
  reference.repository = reference.registry == "docker.io" && one_part ? "library/" : "";
  reference.repository += rest;
  if (!is_repository(reference.repository)) {
    return malformed(text,
                     "a repository is at most 255 characters of lower-case words, digits too, "
                     "joined by '/', '.', '_', '__' or '-'; capital letters are not allowed");
  }
  return reference;
}

std::string Reference::api_host() const {
  return registry == "docker.io" ? "registry-1.docker.io" : registry;
}

std::string Reference::text() const {
  std::string text = name();
  if (!tag.empty()) text += ":" + tag;
  if (!digest.empty()) text += "@" + digest.text();
  return text;
}

}  // namespace tallyman
