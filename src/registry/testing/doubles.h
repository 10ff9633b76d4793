#pragma once
// For tests only: a clock that never sleeps and an HTTP client whose network is a function.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "http/client.h"

namespace tallyman::testing_support {

// Sleeping moves the time.
class FakeClock final : public Clock {
 public:
  // 2026-01-01T00:00:00Z
  static constexpr Microseconds kStart = 1'767'225'600'000'000;

  Microseconds now() const override {
    MutexLock lock(mutex_);
    return kStart + std::chrono::microseconds(passed_).count();
  }
  std::chrono::steady_clock::time_point monotonic() const override {
    MutexLock lock(mutex_);
    return std::chrono::steady_clock::time_point(std::chrono::hours(1) + passed_);
  }
  void sleep_for(std::chrono::milliseconds time) override { advance(time); }

  void advance(std::chrono::milliseconds time) {
    MutexLock lock(mutex_);
    passed_ += time;
  }
  // Since the test began.
  std::chrono::milliseconds passed() const {
    MutexLock lock(mutex_);
    return passed_;
  }

 private:
  mutable Mutex mutex_;
  std::chrono::milliseconds passed_ GUARDED_BY(mutex_){0};
};

// Gives `bytes`, then ends or fails.
class ScriptedBody final : public Reader {
 public:
  explicit ScriptedBody(std::string bytes, std::optional<Error> then = std::nullopt)
      : bytes_(std::move(bytes)), left_(as_bytes(bytes_)), then_(std::move(then)) {}
  Result<std::size_t> read(ByteSpan into) override {
    std::size_t got = TRY(left_.read(into));
    if (got == 0 && !into.empty() && then_) return std::unexpected(*then_);
    return got;
  }

 private:
  std::string bytes_;
  MemoryReader left_;
  std::optional<Error> then_;
};

using Fields = std::vector<std::pair<std::string, std::string>>;

inline HttpResponse answer(int status, const Fields& headers = {}, std::string body = {},
                           std::optional<Error> then = std::nullopt) {
  HttpResponse response;
  response.status = status;
  for (const auto& [name, value] : headers) response.headers.add(name, value);
  response.body = std::make_unique<ScriptedBody>(std::move(body), std::move(then));
  return response;
}

inline Error connection_error(std::string code = "http.connection") {
  return {ErrorKind::unavailable, std::move(code), "scripted", {}};
}

class ScriptedHttp final : public HttpClient {
 public:
  using Handler = std::function<Result<HttpResponse>(const HttpRequest&)>;
  explicit ScriptedHttp(Handler handler) : handler_(std::move(handler)) {}

  Result<HttpResponse> send(const HttpRequest& request) override {
    {
      MutexLock lock(mutex_);
      requests_.push_back(request);
    }
    return handler_(request);
  }

  // Copies of the requests so far.
  std::vector<HttpRequest> requests() const {
    MutexLock lock(mutex_);
    return requests_;
  }
  // "GET https://host/path" of each.
  std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    for (const HttpRequest& request : requests())
      lines.push_back(request.method + " " + request.url);
    return lines;
  }

 private:
  Handler handler_;
  mutable Mutex mutex_;
  std::vector<HttpRequest> requests_ GUARDED_BY(mutex_);
};

// The value of that header, "" if absent.
inline std::string header_of(const HttpRequest& request, std::string_view name) {
  for (const auto& [key, value] : request.headers) {
    if (key == name) return value;
  }
  return {};
}

inline std::string authorization_of(const HttpRequest& request) {
  return request.authorization ? std::string(request.authorization->reveal()) : "";
}

}  // namespace tallyman::testing_support
