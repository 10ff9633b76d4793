#pragma once
// Image references as Docker users type them (distribution/reference grammar) and where they
// point: host, repository, tag and/or digest.

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/digest.h"

namespace tallyman {

struct Reference {
  std::string registry;    // the name users see and records match: "docker.io", "[::1]:5000"
  std::string repository;  // "library/alpine", "team/app"
  std::string tag;         // "latest" unless a digest was given; may be empty with a digest
  Digest digest;           // empty unless given; decides over the tag

  // Parses "alpine", "host:5000/a/b:tag@sha256:...". The first part is a host only if it holds
  // '.' or ':' or is "localhost" (or is a bracketed IPv6 literal); otherwise docker.io, and a
  // one-part path gets "library/". index.docker.io becomes docker.io. The host is lower-cased,
  // IDNA names are refused unless already A-labels, a trailing dot and a default port (:443)
  // are stripped. Errors: kind invalid, code "reference.malformed", the hint says which rule.
  static Result<Reference> parse(std::string_view text);

  // Host and port to connect to: registry-1.docker.io for docker.io, else `registry`.
  std::string api_host() const;
  // The tag, or the digest when there is one, as the manifests endpoint takes it.
  std::string manifest_key() const { return digest.empty() ? tag : digest.text(); }
  // "registry/repository", the text that registry records match.
  std::string name() const { return registry + "/" + repository; }
  // The full canonical form.
  std::string text() const;
};

}  // namespace tallyman
