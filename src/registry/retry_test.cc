#include "registry/retry.h"

#include <gtest/gtest.h>

#include "registry/testing/doubles.h"

namespace tallyman {
namespace {

using namespace testing_support;
using namespace std::chrono_literals;

struct Outcome {
  std::size_t tries;
  int status;        // 0: an error
  std::string code;  // of the error
  std::chrono::milliseconds slept;
  std::string hint;
};

// Sends one request to a server that answers by these steps, the last one for ever.
Outcome run(std::vector<std::function<Result<HttpResponse>()>> steps) {
  FakeClock clock;
  std::size_t step = 0;
  ScriptedHttp http(
      [&](const HttpRequest&) { return steps[std::min(step++, steps.size() - 1)](); });
  RetryingClient client(http, clock);
  HttpRequest request;
  request.url = "https://r.test/v2/";
  auto response = client.send(request);
  if (response) return {step, response->status, "", clock.passed(), ""};
  return {step, 0, response.error().code, clock.passed(), response.error().hint};
}

std::function<Result<HttpResponse>()> status(int code, Fields headers = {}) {
  return [=] { return answer(code, headers); };
}

std::function<Result<HttpResponse>()> broken(std::string code,
                                             ErrorKind kind = ErrorKind::unavailable) {
  return [=]() -> Result<HttpResponse> { return fail(kind, code, "scripted"); };
}

TEST(Retry, PermanentAnswersAreFinal) {
  for (int code : {200, 206, 301, 400, 401, 403, 404, 416, 501}) {
    Outcome outcome = run({status(code)});
    EXPECT_EQ(outcome.tries, 1U) << code;
    EXPECT_EQ(outcome.status, code);
    EXPECT_EQ(outcome.slept, 0ms);
  }
}

TEST(Retry, AnswersThatMeanLaterAreTriedAgain) {
  for (int code : {408, 429, 499, 500, 502, 503, 504, 522}) {
    Outcome outcome = run({status(code), status(code), status(200)});
    EXPECT_EQ(outcome.tries, 3U) << code;
    EXPECT_EQ(outcome.status, 200);
    EXPECT_LE(outcome.slept, 1500ms);
  }
}

TEST(Retry, TheLastAnswerIsGivenBack) {
  Outcome outcome = run({status(503)});
  EXPECT_EQ(outcome.tries, 6U);
  EXPECT_EQ(outcome.status, 503);
  EXPECT_LE(outcome.slept, 15'500ms);
}

TEST(Retry, BrokenConnections) {
  for (std::string code : {"http.connection", "http.truncated"}) {
    Outcome outcome = run({broken(code)});
    EXPECT_EQ(outcome.tries, 6U) << code;
    EXPECT_EQ(outcome.code, code);
    EXPECT_EQ(run({broken(code), status(200)}).status, 200);
  }
  EXPECT_EQ(run({broken("http.dns")}).tries, 2U);
  EXPECT_EQ(run({broken("http.refused")}).tries, 3U);
  EXPECT_EQ(run({broken("http.tls")}).tries, 3U);
  EXPECT_EQ(run({broken("http.timeout", ErrorKind::timeout)}).tries, 3U);
  EXPECT_EQ(run({broken("http.tls_untrusted", ErrorKind::denied)}).tries, 1U);
  EXPECT_EQ(run({broken("http.url", ErrorKind::invalid)}).tries, 1U);
}

TEST(Retry, WaitsAsLongAsTheServerAsks) {
  Outcome seconds = run({status(429, {{"Retry-After", "7"}}), status(200)});
  EXPECT_EQ(seconds.status, 200);
  EXPECT_GE(seconds.slept, 7s);
  EXPECT_LE(seconds.slept, 8s);

  Outcome date =
      run({status(503, {{"Retry-After", "Thu, 01 Jan 2026 00:00:20 GMT"}}), status(200)});
  EXPECT_EQ(date.status, 200);
  EXPECT_GE(date.slept, 20s);
  EXPECT_LE(date.slept, 21s);

  Outcome past =
      run({status(503, {{"Retry-After", "Thu, 01 Jan 1970 00:00:00 GMT"}}), status(200)});
  EXPECT_EQ(past.status, 200);
  EXPECT_LE(past.slept, 500ms);
}

// A server whose clock is an hour ahead means 20 s, not an hour.
TEST(Retry, DatesAreReadByTheServersClock) {
  Outcome outcome = run({status(503, {{"Date", "Thu, 01 Jan 2026 01:00:00 GMT"},
                                      {"Retry-After", "Thu, 01 Jan 2026 01:00:20 GMT"}}),
                         status(200)});
  EXPECT_EQ(outcome.status, 200);
  EXPECT_GE(outcome.slept, 20s);
  EXPECT_LE(outcome.slept, 21s);
}

TEST(Retry, LongWaitsAreErrorsThatNameTheTime) {
  Outcome limited = run({status(429, {{"Retry-After", "3600"}})});
  EXPECT_EQ(limited.tries, 1U);
  EXPECT_EQ(limited.code, "registry.rate_limited");
  EXPECT_EQ(limited.hint, "try again after 2026-01-01T01:00:00Z");
  EXPECT_EQ(limited.slept, 0ms);
  EXPECT_EQ(run({status(503, {{"Retry-After", "61"}})}).code, "registry.unavailable");
  for (std::string absurd :
       {"1000000000", "99999999999999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"}) {
    Outcome outcome = run({status(429, {{"Retry-After", absurd}})});
    EXPECT_EQ(outcome.code, "registry.rate_limited") << absurd;
    EXPECT_EQ(outcome.hint, "try again after 2027-01-01T00:00:00Z") << absurd;
  }
}

TEST(Retry, NonsenseInRetryAfterIsIgnored) {
  for (std::string nonsense : {"", "-5", "soon", "1.5", "+3", "0x10"}) {
    Outcome outcome = run({status(429, {{"Retry-After", nonsense}}), status(200)});
    EXPECT_EQ(outcome.status, 200) << nonsense;
    EXPECT_LE(outcome.slept, 500ms) << nonsense;
  }
}

TEST(Retry, AWaitHoldsForEveryRequestToThatServer) {
  FakeClock clock;
  std::vector<std::pair<std::string, std::chrono::milliseconds>> seen;
  ScriptedHttp http([&](const HttpRequest& request) -> Result<HttpResponse> {
    seen.emplace_back(request.url, clock.passed());
    if (seen.size() == 1) {
      // Another thread's request to the same server while the first one waits.
      return answer(429, {{"Retry-After", "30"}});
    }
    return answer(200);
  });
  RetryingClient client(http, clock);
  HttpRequest request;
  request.url = "https://a.test/1";
  ASSERT_TRUE(client.send(request));
  request.url = "https://a.test/2";
  ASSERT_TRUE(client.send(request));
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_GE(seen[1].second, 30s);
  EXPECT_GE(seen[2].second, 30s);
  request.url = "https://b.test/";
  auto before = clock.passed();
  ASSERT_TRUE(client.send(request));
  EXPECT_EQ(clock.passed(), before);
}

TEST(Retry, PauseCountsTries) {
  FakeClock clock;
  ScriptedHttp http([](const HttpRequest&) { return answer(200); });
  RetryingClient client(http, clock);
  for (int failures = 1; failures < 6; ++failures) {
    EXPECT_TRUE(client.pause(connection_error(), failures)) << failures;
  }
  EXPECT_FALSE(client.pause(connection_error(), 6));
  EXPECT_FALSE(client.pause({ErrorKind::corrupt, "x", "", ""}, 1));
}

}  // namespace
}  // namespace tallyman
