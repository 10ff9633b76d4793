// The real answer to "does this registry take this credential?", within a minute.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "cli/registry_command.h"
#include "registry/registry.h"
#include "store/registry_name.h"

namespace tallyman {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kConnect{10'000};
constexpr milliseconds kAll{60'000};

class Deadline {
 public:
  explicit Deadline(const Clock& clock) : clock_(clock), end_(clock.monotonic() + kAll) {}
  milliseconds left() const {
    auto left = std::chrono::duration_cast<milliseconds>(end_ - clock_.monotonic());
    return std::max(left, milliseconds(0));
  }

 private:
  const Clock& clock_;
  std::chrono::steady_clock::time_point end_;
};

// Every request gets what is left of the minute; then no more are sent. The kind is one that is
// not tried again.
class DeadlineHttpClient final : public HttpClient {
 public:
  DeadlineHttpClient(HttpClient& inner, const Deadline& deadline)
      : inner_(inner), deadline_(deadline) {}

  Result<HttpResponse> send(const HttpRequest& request) override {
    milliseconds left = deadline_.left();
    if (left.count() == 0) {
      return fail(ErrorKind::cancelled, "registry.validate_timeout", "out of time");
    }
    HttpRequest bounded = request;
    bounded.connect_timeout = std::min({request.connect_timeout, kConnect, left});
    bool unbounded = request.total_timeout.count() == 0;
    bounded.total_timeout = unbounded ? left : std::min(request.total_timeout, left);
    Result<HttpResponse> response = inner_.send(bounded);
    Secret::wipe(bounded.body);
    return response;
  }

 private:
  HttpClient& inner_;
  const Deadline& deadline_;
};

// Waits between tries end with the minute too.
class DeadlineClock final : public Clock {
 public:
  DeadlineClock(Clock& inner, const Deadline& deadline) : inner_(inner), deadline_(deadline) {}
  Microseconds now() const override { return inner_.now(); }
  std::chrono::steady_clock::time_point monotonic() const override { return inner_.monotonic(); }
  void sleep_for(milliseconds time) override { inner_.sleep_for(std::min(time, deadline_.left())); }

 private:
  Clock& inner_;
  const Deadline& deadline_;
};

RegistryOptions options_for(const RegistryRecord& record, const Secret& password,
                            const std::string& user_agent) {
  RegistryOptions options;
  options.host = registry_host(record.registry);
  options.tls = {.verify = record.verify, .ca_file = record.ca_file};
  options.user_agent = user_agent;
  if (!record.user.empty()) {
    options.credential.emplace();
    options.credential->user = record.user;
    options.credential->password = password;
    options.credential->source = fmt::format("registry record {}", record.registry);
  }
  return options;
}

}  // namespace

RegistryValidator make_registry_validator(std::function<std::unique_ptr<HttpClient>()> make_http,
                                          Clock& clock, std::string user_agent) {
  return [make_http = std::move(make_http), &clock, user_agent = std::move(user_agent)](
             const RegistryRecord& record, const Secret& password) -> Result<void> {
    Deadline deadline(clock);
    std::unique_ptr<HttpClient> inner = make_http();
    DeadlineHttpClient http(*inner, deadline);
    DeadlineClock bounded_clock(clock, deadline);
    std::unique_ptr<Registry> registry =
        TRY(Registry::open(options_for(record, password, user_agent), http, bounded_clock));
    Result<void> checked = registry->check();
    if (!checked && deadline.left().count() == 0) {
      return fail(ErrorKind::timeout, "registry.validate_timeout",
                  fmt::format("{} did not answer within {} s", registry_host(record.registry),
                              std::chrono::duration_cast<std::chrono::seconds>(kAll).count()),
                  "check the host and port, and any proxy between");
    }
    return checked;
  };
}

}  // namespace tallyman
