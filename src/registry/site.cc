#include "registry/site.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace tallyman {
namespace {

// Second levels under which a country's registrants get their domains: example.co.uk.
constexpr std::array<std::string_view, 24> kCountrySecondLevels = {
    "ac", "ad",  "asn", "co",  "com", "edu", "go",  "gob", "gouv", "gov", "gr",  "id",
    "lg", "ltd", "me",  "mil", "ne",  "net", "nom", "or",  "org",  "plc", "sch", "web"};

// Domains whose subdomains belong to different customers. Not the public suffix list, only those
// where a registry or something that could pose as its realm can be had by anybody.
constexpr std::array<std::string_view, 47> kSharedDomains = {
    "amazonaws.com",      "amazonaws.com.cn",
    "appspot.com",        "awsapprunner.com",
    "azure-api.net",      "azurecontainer.io",
    "azurecr.cn",         "azurecr.io",
    "azurecr.us",         "azureedge.net",
    "azurefd.net",        "azurewebsites.net",
    "blogspot.com",       "cloudapp.net",
    "cloudfront.net",     "cloudfunctions.net",
    "deno.dev",           "digitaloceanspaces.com",
    "duckdns.org",        "elasticbeanstalk.com",
    "firebaseapp.com",    "fly.dev",
    "github.io",          "githubusercontent.com",
    "gitlab.io",          "googleusercontent.com",
    "herokuapp.com",      "jfrog.io",
    "linodeobjects.com",  "netlify.app",
    "ngrok-free.app",     "ngrok.app",
    "ngrok.io",           "nip.io",
    "no-ip.org",          "on.aws",
    "ondigitalocean.app", "onrender.com",
    "pages.dev",          "pkg.dev",
    "railway.app",        "run.app",
    "sslip.io",           "trycloudflare.com",
    "vercel.app",         "windows.net",
    "workers.dev"};

bool is_address(std::string_view host) {
  return host.find(':') != std::string_view::npos || (!host.empty() && is_digit(host.back()));
}

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& list, std::string_view item) {
  return std::ranges::find(list, item) != list.end();
}

// The last `count` labels; "" when there are fewer.
std::string_view last_labels(std::string_view host, int count) {
  std::size_t at = host.size();
  for (int i = 0; i < count; ++i) {
    if (at == std::string_view::npos || at == 0) return {};
    at = host.rfind('.', at - 1);
  }
  return at == std::string_view::npos ? host : host.substr(at + 1);
}

// What one owner registered, as far as a short rule can tell; "" when the whole host is it.
std::string_view registrable_domain(std::string_view host) {
  std::string_view two = last_labels(host, 2);
  if (two.empty() || two.find('.') == std::string_view::npos || contains(kSharedDomains, two)) {
    return {};
  }
  Cut labels = cut(two, '.');
  if (labels.after.size() != 2 || !contains(kCountrySecondLevels, labels.before)) return two;
  std::string_view three = last_labels(host, 3);
  const bool owned = std::ranges::count(three, '.') == 2 && !contains(kSharedDomains, three);
  return owned ? three : std::string_view();
}

// The host that serves the API under a name that people use.
std::string api_host(const std::string& host) {
  bool hub = host == "docker.io" || host == "index.docker.io";
  return hub ? "registry-1.docker.io" : host;
}

}  // namespace

bool same_site(std::string_view host, std::string_view other) {
  if (host == other) return true;
  if (is_address(host) || is_address(other)) return false;
  std::string_view domain = registrable_domain(host);
  return !domain.empty() && domain == registrable_domain(other);
}

Result<Site> Site::open(RegistryOptions options) {
  std::string scheme = options.plain_http ? "http://" : "https://";
  auto base = Url::parse(scheme + api_host(options.host));
  if (!base || base->path != "/" || !base->query.empty()) {
    return fail(
        ErrorKind::invalid, "registry.host",
        fmt::format("\"{}\" is not a registry host", printable(options.host.substr(0, 300))),
        "write HOST or HOST:PORT, without https:// and without a path");
  }
  return Site{std::move(options), std::move(*base)};
}

const Credential* Site::credential() const {
  if (!options.credential) return nullptr;
  const Credential& c = *options.credential;
  bool proves = !c.password.empty() || !c.identity_token.empty() || !c.registry_token.empty();
  return proves ? &c : nullptr;
}

HttpRequest Site::request_to(const Url& target) const {
  HttpRequest request;
  request.url = target.text();
  request.user_agent = options.user_agent;
  bool own_host = target.host == base.host;
  request.address =
      own_host || options.allow_private_hosts ? AddressRule::user_named : AddressRule::server_named;
  request.tls.verify = options.tls.verify;
  if (same_site(base.host, target.host)) request.tls.ca_file = options.tls.ca_file;
  return request;
}

Result<void> Site::check_realm(const Url& realm) const {
  if (base.scheme == "https" && realm.scheme != "https") {
    return fail(ErrorKind::denied, "registry.realm_refused",
                fmt::format("{} sends us to {} for a token, which is not https", options.host,
                            realm.redacted()),
                "the registry's token realm must be https; its administrator can change it");
  }
  if (credential() == nullptr || same_site(base.host, realm.host)) return {};
  return fail(ErrorKind::denied, "registry.realm_refused",
              fmt::format("{} wants its credential sent to {}, which is another domain",
                          options.host, realm.redacted()),
              "credentials go to the registry's own domain only; for public images, scan without "
              "a credential");
}

}  // namespace tallyman
