#pragma once
// Sends GET requests to the registry's API: pings it once, answers its challenges, follows its
// redirects by hand, tries again when that helps.
//
//   get ─▶ authorization (ping's challenge, cached token) ─▶ hop, hop, ... ─▶ answer
//                 ▲                                                  │ 401
//                 └────────── fresh token, once ◀────────────────────┘

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "registry/challenge.h"
#include "registry/retry.h"
#include "registry/site.h"
#include "registry/token.h"

namespace tallyman {

struct ApiRequest {
  std::string path;   // "/v2/team/app/manifests/1"
  std::string scope;  // a token for it needs this; may be empty
  std::vector<std::pair<std::string, std::string>> headers;
};

class Transport {
 public:
  // `client` and `clock` must outlive this.
  Transport(Site site, HttpClient& client, Clock& clock);

  const Site& site() const { return site_; }

  // The answer at the end of all redirects, whatever its status; a 401 is the registry's last
  // word. The credential goes to the registry's own origin only: from the first redirect that
  // leaves it, for the rest of the chain, nothing is sent. Errors: those of HttpClient::send,
  // RetryingClient::send and TokenSource::token; unsupported "registry.not_v2" when the ping says
  // so; corrupt "registry.bad_redirect" (no or a bad Location, more than five hops); denied
  // "registry.redirect_refused" (https to http); unauthenticated "registry.unauthorized" when a
  // redirect's target wants a credential. Thread-safe.
  Result<HttpResponse> get(const ApiRequest& request);

  // See RetryingClient::pause.
  bool pause(const Error& error, int failures) { return client_.pause(error, failures); }

  // Asks the API root anew; with a credential, until the registry has accepted it.
  Result<void> check();

 private:
  // What a request proves itself with.
  struct Proof {
    std::optional<Secret> header;  // value of Authorization
    Secret token;                  // inside it, when it is a token of ours
    bool final = false;            // there is no other way to prove it
  };

  Result<std::vector<Challenge>> challenges();
  Result<std::vector<Challenge>> ping();
  void remember(std::vector<Challenge> challenges);
  Result<Proof> prove(const std::vector<Challenge>& challenges, const std::string& scope,
                      const Secret& rejected);
  Result<HttpResponse> follow(const ApiRequest& request, const Proof& proof);
  Result<Url> next_hop(const Url& from, const HttpResponse& response) const;

  Site site_;
  RetryingClient client_;
  TokenSource tokens_;
  Mutex mutex_;
  std::optional<std::vector<Challenge>> challenges_ GUARDED_BY(mutex_);
};

}  // namespace tallyman
