#pragma once
// Bearer tokens from the realm that a registry names (Docker token authentication specification
// and its OAuth2 form), kept until shortly before they expire.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/secret.h"
#include "registry/challenge.h"
#include "registry/retry.h"
#include "registry/site.h"

namespace tallyman {

class TokenSource {
 public:
  // One registry and one credential; all must outlive this.
  TokenSource(const Site& site, RetryingClient& client, Clock& clock)
      : site_(site), client_(client), clock_(clock) {}

  // A token for `needed` (a scope, or "" for none) and for what the challenge demands. A cached
  // one if there is one that is not `rejected`. One request at a time for one set of scopes;
  // others wait for its answer. Errors: denied "registry.realm_refused"; corrupt
  // "registry.bad_realm", "registry.bad_token"; those of api_error, with not_found
  // "registry.no_token_service"; too_large for an answer of
  // over 1 MiB. Thread-safe.
  Result<Secret> token(const Challenge& challenge, const std::string& needed,
                       const Secret& rejected);

 private:
  struct Demand;  // what is asked of whom
  struct Grant;   // what came back
  struct Slot {
    Mutex mutex;
    Secret token GUARDED_BY(mutex);
    std::chrono::steady_clock::time_point renew_at GUARDED_BY(mutex);
  };

  Slot& slot_for(const std::string& key);
  Result<Grant> fetch(const Demand& demand);
  static Result<Grant> parse_grant(ByteView body);
  Result<HttpResponse> get(const Demand& demand);
  Result<HttpResponse> post(const Demand& demand);
  Result<HttpResponse> ask(const Demand& demand);

  const Site& site_;
  RetryingClient& client_;
  Clock& clock_;
  Mutex mutex_;
  std::map<std::string, std::unique_ptr<Slot>> slots_ GUARDED_BY(mutex_);
};

}  // namespace tallyman
