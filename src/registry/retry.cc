#include "registry/retry.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "http/url.h"
#include "registry/http_date.h"

namespace tallyman {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kFirstWait{500};
constexpr milliseconds kLongestWait{30'000};
constexpr seconds kPatience{60};
constexpr seconds kYear{365 * 24 * 3600};

// A host name that does not exist, a host that does not answer and a port that does not speak TLS
// cost the user time and rarely mend within seconds.
int tries_for(const Error& error) {
  if (!error.retryable()) return 1;
  if (error.code == "http.dns") return 2;
  if (error.code == "http.refused") return 3;  // somebody is waiting: 2 s, not 15
  if (error.kind == ErrorKind::timeout || error.code == "http.tls") return 3;
  return RetryingClient::kTries;
}

}  // namespace

std::optional<seconds> parse_retry_after(std::string_view value, Microseconds now) {
  value = trim(value);
  if (!value.empty() && std::ranges::all_of(value, is_digit)) {
    auto count = static_cast<std::uint64_t>(kYear.count());
    return seconds(std::min(parse_u64(value).value_or(count), count));
  }
  std::optional<Microseconds> date = parse_http_date(value);
  if (!date) return std::nullopt;
  auto wait = std::chrono::ceil<seconds>(std::chrono::microseconds(*date - now));
  return std::clamp(wait, seconds(0), kYear);
}

bool means_later(int status) {
  constexpr std::array<int, 8> kLater = {408, 429, 499, 500, 502, 503, 504, 522};
  return std::ranges::find(kLater, status) != kLater.end();
}

RetryingClient::RetryingClient(HttpClient& client, Clock& clock)
    : client_(client), clock_(clock), random_(std::random_device()()) {}

Result<HttpResponse> RetryingClient::send(const HttpRequest& request) {
  const std::string origin = TRY(Url::parse(request.url)).origin();
  for (int failures = 1;; ++failures) {
    wait_for_turn(origin);
    Result<HttpResponse> response = client_.send(request);
    if (!response) {
      if (failures >= tries_for(response.error())) return response;
    } else {
      if (!means_later(response->status)) return response;
      TRY(note_retry_after(*response, origin));
      if (failures >= kTries) return response;
      response->body.reset();  // gives the connection back before the wait
    }
    back_off(failures);
  }
}

bool RetryingClient::pause(const Error& error, int failures) {
  if (failures >= tries_for(error)) return false;
  back_off(failures);
  return true;
}

void RetryingClient::back_off(int failures) {
  milliseconds cap = std::min(kFirstWait * (1 << std::min(failures - 1, 10)), kLongestWait);
  milliseconds wait{0};
  {
    MutexLock lock(mutex_);
    wait = milliseconds(std::uniform_int_distribution<long>(0, cap.count())(random_));
  }
  clock_.sleep_for(wait);
}

void RetryingClient::wait_for_turn(const std::string& origin) {
  milliseconds wait{0};
  {
    MutexLock lock(mutex_);
    auto found = not_before_.find(origin);
    if (found == not_before_.end()) return;
    wait = std::chrono::ceil<milliseconds>(found->second - clock_.monotonic());
  }
  if (wait > milliseconds(0)) clock_.sleep_for(wait);
}

Result<void> RetryingClient::note_retry_after(const HttpResponse& response,
                                              const std::string& origin) {
  // A date is meant by the server's own clock, which its Date header shows.
  std::optional<Microseconds> date = parse_http_date(response.headers.get("Date").value_or(""));
  auto wait = parse_retry_after(response.headers.get("Retry-After").value_or(""),
                                date.value_or(clock_.now()));
  if (!wait) return {};
  if (*wait > kPatience) {
    Microseconds until = clock_.now() + std::chrono::microseconds(*wait).count();
    std::string context =
        fmt::format("{} answers {} and asks to wait {} s", origin, response.status, wait->count());
    std::string hint = fmt::format("try again after {}", format_utc(until));
    if (response.status == 429) {
      return fail(ErrorKind::unavailable, "registry.rate_limited", context, hint);
    }
    return fail(ErrorKind::unavailable, "registry.unavailable", context, hint);
  }
  MutexLock lock(mutex_);
  auto& time = not_before_[origin];
  time = std::max(time, clock_.monotonic() + *wait);
  return {};
}

}  // namespace tallyman
