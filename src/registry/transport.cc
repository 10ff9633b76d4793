#include "registry/transport.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "registry/api_error.h"
#include "registry/basic.h"

namespace tallyman {
namespace {

constexpr int kMaxHops = 5;

bool is_redirect(int status) {
  constexpr std::array<int, 5> kRedirects = {301, 302, 303, 307, 308};
  return std::ranges::find(kRedirects, status) != kRedirects.end();
}

ApiRequest api_root() { return {.path = "/v2/", .scope = {}, .headers = {}}; }

std::vector<Challenge> challenges_of(const HttpResponse& response) {
  return parse_challenges(response.headers.get_all("WWW-Authenticate"));
}

}  // namespace

Transport::Transport(Site site, HttpClient& client, Clock& clock)
    : site_(std::move(site)), client_(client, clock), tokens_(site_, client_, clock) {}

Result<HttpResponse> Transport::get(const ApiRequest& request) {
  std::vector<Challenge> demanded = TRY(challenges());
  Proof proof = TRY(prove(demanded, request.scope, Secret()));
  for (int tokens_sent = 0;;) {
    if (!proof.token.empty()) ++tokens_sent;
    HttpResponse response = TRY(follow(request, proof));
    if (response.status != 401 || proof.final || tokens_sent == 2) return response;
    // Some registries challenge the ping only, not the request that matters; others only that.
    if (auto anew = challenges_of(response); !anew.empty()) {
      demanded = std::move(anew);
      remember(demanded);
    }
    proof = TRY(prove(demanded, request.scope, proof.token));
    if (!proof.header) return response;
  }
}

Result<void> Transport::check() {
  std::vector<Challenge> demanded = TRY(ping());
  remember(std::move(demanded));
  if (site_.credential() == nullptr) return {};
  HttpResponse response = TRY(get(api_root()));
  if (response.status == 200) return {};
  return std::unexpected(api_error(response, site_, Asked::api, "signing in"));
}

Result<std::vector<Challenge>> Transport::challenges() {
  MutexLock lock(mutex_);
  if (!challenges_) challenges_ = TRY(ping());
  return *challenges_;
}

// Spares later requests the round trip of a refusal. What one request was told about its scope
// is not for others.
void Transport::remember(std::vector<Challenge> challenges) {
  MutexLock lock(mutex_);
  if (challenges_ && !challenges_->empty()) return;
  for (Challenge& challenge : challenges) {
    challenge.parameters.erase("scope");
    challenge.parameters.erase("error");
  }
  challenges_ = std::move(challenges);
}

Result<std::vector<Challenge>> Transport::ping() {
  HttpResponse response = TRY(follow(api_root(), Proof()));
  if (response.status == 200) return std::vector<Challenge>();
  if (response.status == 401) return challenges_of(response);
  if (means_later(response.status)) {
    return std::unexpected(api_error(response, site_, Asked::api, "asking for the registry API"));
  }
  return fail(ErrorKind::unsupported, "registry.not_v2",
              fmt::format("{} answers {} to GET /v2/: it is not a container registry",
                          site_.base.origin(), response.status),
              "check host and port");
}

Result<Transport::Proof> Transport::prove(const std::vector<Challenge>& challenges,
                                          const std::string& scope, const Secret& rejected) {
  const Credential* credential = site_.credential();
  Proof proof;
  auto bear = [&proof](const Secret& token) {
    proof.header = Secret("Bearer " + std::string(token.reveal()));
  };
  if (credential != nullptr && !credential->registry_token.empty()) {
    if (!challenges.empty()) bear(credential->registry_token);
    proof.final = proof.header.has_value();
    return proof;
  }
  for (const Challenge& challenge : challenges) {
    if (challenge.scheme == Challenge::Scheme::bearer && !challenge.parameter("realm").empty()) {
      proof.token = TRY(tokens_.token(challenge, scope, rejected));
      bear(proof.token);
      return proof;
    }
    bool basic = challenge.scheme == Challenge::Scheme::basic;
    if (basic && credential != nullptr && !credential->password.empty()) {
      proof.header = basic_authorization(credential->user, credential->password);
      proof.final = true;
      return proof;
    }
  }
  return proof;
}

Result<HttpResponse> Transport::follow(const ApiRequest& request, const Proof& proof) {
  Url url = site_.base;
  url.path = request.path;
  bool at_home = true;  // never again once the chain has left the registry's origin
  for (int hop = 0;; ++hop) {
    HttpRequest http = site_.request_to(url);
    http.headers = request.headers;
    if (at_home) http.authorization = proof.header;
    HttpResponse response = TRY(client_.send(http));
    if (response.status == 401 && !at_home) {
      return fail(ErrorKind::unauthenticated, "registry.unauthorized",
                  fmt::format("{} redirects to {}, which asks for a credential", site_.options.host,
                              url.redacted()),
                  "credentials are never sent to another host than the registry");
    }
    if (!is_redirect(response.status)) return response;
    if (hop == kMaxHops) {
      return fail(ErrorKind::corrupt, "registry.bad_redirect",
                  fmt::format("{} redirects more than {} times", site_.options.host, kMaxHops));
    }
    url = TRY(next_hop(url, response));
    at_home = at_home && url.origin() == site_.base.origin();
  }
}

Result<Url> Transport::next_hop(const Url& from, const HttpResponse& response) const {
  auto location = response.headers.get("Location");
  auto next = from.resolve(location.value_or(""));
  if (!location || location->empty() || !next) {
    return fail(
        ErrorKind::corrupt, "registry.bad_redirect",
        fmt::format("{} answers {} without a usable Location", from.redacted(), response.status));
  }
  if (from.scheme == "https" && next->scheme == "http") {
    return fail(ErrorKind::denied, "registry.redirect_refused",
                fmt::format("{} redirects from https to {}", from.redacted(), next->redacted()),
                "the registry's storage must be served over https");
  }
  return next;
}

}  // namespace tallyman
