#pragma once
// Just enough of RFC 3986 for registries: absolute http(s) URLs, relative references, queries.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace tallyman {

struct Url {
  std::string scheme;      // "http" or "https"
  std::string host;        // lower case, no brackets
  std::uint16_t port = 0;  // never 0 after parse: the scheme's default is filled in
  std::string path;        // begins with '/'
  std::string query;       // without '?'; may be empty

  // Absolute URLs without user info; control characters, spaces and other schemes are refused.
  // Kind invalid, code "http.url".
  static Result<Url> parse(std::string_view text);
  // `reference` (absolute, //host, /path or relative) resolved against this URL.
  Result<Url> resolve(std::string_view reference) const;

  std::string text() const;
  // Scheme, host and port: what a credential is bound to.
  std::string origin() const;
  // Without the query, for logs and errors: signed URLs carry their secret there.
  std::string redacted() const;
};

// Percent-encodes everything but unreserved characters; '/' too.
std::string url_encode(std::string_view text);
// "a=b&c=d" with both sides encoded.
std::string url_query(const std::vector<std::pair<std::string, std::string>>& fields);

}  // namespace tallyman
