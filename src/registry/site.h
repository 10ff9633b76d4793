#pragma once
// The registry that the user named, and what requests to it and to hosts that it names may
// carry. This is the one place that decides who sees what.

#include <string_view>

#include "http/client.h"
#include "http/url.h"
#include "registry/registry.h"

namespace tallyman {

// True when both hosts belong to one owner as far as their names show: equal, or names that share
// a registrable domain. Addresses and hosts of shared platforms (PaaS, clouds) must be equal.
bool same_site(std::string_view host, std::string_view other);

struct Site {
  RegistryOptions options;
  Url base;  // of the API, path "/"

  // Errors: invalid "registry.host".
  static Result<Site> open(RegistryOptions options);

  // The credential when there is one that proves anything, else nullptr.
  const Credential* credential() const;

  // GET, without credentials. Hosts other than the registry's own must have public addresses
  // unless the options say otherwise; the private CA is for the registry's site only.
  HttpRequest request_to(const Url& target) const;

  // Whether a token may be fetched at `realm`: not over http when the registry is https, and with
  // a credential only on the registry's site. Denied "registry.realm_refused".
  Result<void> check_realm(const Url& realm) const;
};

}  // namespace tallyman
