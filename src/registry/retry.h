#pragma once
// Trying again when it makes sense: after a broken connection or an answer that means "later",
// with exponential back-off and full jitter, and never before the time a server asks for.

#include <chrono>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/mutex.h"
#include "http/client.h"

namespace tallyman {

// How long Retry-After asks to wait, as seconds or as a date seen from `now`, between 0 and one
// year; nullopt when it is neither.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view value, Microseconds now);

// True for 408, 429, 499, 500, 502, 503, 504 and 522.
bool means_later(int status);

class RetryingClient final : public HttpClient {
 public:
  static constexpr int kTries = 6;

  // Both must outlive this.
  RetryingClient(HttpClient& client, Clock& clock);

  // Up to six tries (three for refused connections, time-outs and failed TLS handshakes, two for
  // unknown host names) for connection errors and for answers that mean later. The last answer is
  // returned whatever its status. A server that wants more than 60 s is an error at once:
  // unavailable "registry.rate_limited" (429) or "registry.unavailable", naming the time.
  // Thread-safe: a wait that a server asked for holds for every thread.
  Result<HttpResponse> send(const HttpRequest& request) override;

  // For what fails after the headers came: sleeps before the next of kTries tries and returns
  // true, or returns false at once when `error` is not worth it. `failures` counts from 1.
  bool pause(const Error& error, int failures);

 private:
  void back_off(int failures);
  void wait_for_turn(const std::string& origin);
  Result<void> note_retry_after(const HttpResponse& response, const std::string& origin);

  HttpClient& client_;
  Clock& clock_;
  Mutex mutex_;
  std::mt19937_64 random_ GUARDED_BY(mutex_);
  // Per origin: no request before.
  std::map<std::string, std::chrono::steady_clock::time_point> not_before_ GUARDED_BY(mutex_);
};

}  // namespace tallyman
