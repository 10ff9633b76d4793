#include "registry/token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "registry/basic.h"
#include "registry/testing/doubles.h"

namespace tallyman {
namespace {

using namespace testing_support;
using namespace std::chrono_literals;
using testing::ElementsAre;

const std::string kScope = "repository:team/app:pull";

Credential password() { return {"alice", Secret("s3cret&=é"), {}, {}, "test"}; }
Credential identity(std::string user = "") {
  return {std::move(user), {}, Secret("ident/ity"), {}, "test"};
}

Challenge bearer(std::string realm = "https://auth.r.test/token", std::string scope = "") {
  Challenge challenge;
  challenge.parameters = {{"realm", std::move(realm)}, {"service", "a service"}};
  if (!scope.empty()) challenge.parameters["scope"] = std::move(scope);
  return challenge;
}

std::string grant(std::string_view token, std::string_view more = "") {
  return "{\"token\":\"" + std::string(token) + "\"" + std::string(more) + "}";
}

struct Harness {
  explicit Harness(ScriptedHttp::Handler handler,
                   std::optional<Credential> credential = std::nullopt)
      : http(std::move(handler)), site(open(std::move(credential))) {}

  static Site open(std::optional<Credential> credential) {
    RegistryOptions options;
    options.host = "registry.r.test";
    options.credential = std::move(credential);
    return *Site::open(std::move(options));
  }
  // The token, or the error's code.
  std::string get(const Challenge& challenge = bearer(), const std::string& scope = kScope,
                  std::string rejected = "") {
    auto token = source.token(challenge, scope, Secret(std::move(rejected)));
    return token ? std::string(token->reveal()) : token.error().code;
  }

  FakeClock clock;
  ScriptedHttp http;
  Site site;
  RetryingClient client{http, clock};
  TokenSource source{site, client, clock};
};

TEST(Token, AnonymousGet) {
  Harness h([](const HttpRequest&) { return answer(200, {}, grant("t1")); });
  EXPECT_EQ(h.get(), "t1");
  EXPECT_THAT(h.http.lines(),
              ElementsAre("GET https://auth.r.test/token?service=a%20service&"
                          "scope=repository%3Ateam%2Fapp%3Apull&client_id=tallyman"));
  EXPECT_FALSE(h.http.requests()[0].authorization);
  EXPECT_EQ(h.http.requests()[0].address, AddressRule::server_named);
}

TEST(Token, TheRealmsOwnQueryIsKept) {
  Harness h([](const HttpRequest&) { return answer(200, {}, grant("t1")); });
  EXPECT_EQ(h.get(bearer("https://auth.r.test/token?tenant=1"), ""), "t1");
  EXPECT_THAT(h.http.lines(),
              ElementsAre("GET https://auth.r.test/token?tenant=1&service=a%20service&"
                          "client_id=tallyman"));
}

TEST(Token, PasswordsGoByGetFirst) {
  Harness h([](const HttpRequest&) { return answer(200, {}, grant("t1")); }, password());
  EXPECT_EQ(h.get(), "t1");
  ASSERT_EQ(h.http.requests().size(), 1U);
  EXPECT_EQ(h.http.requests()[0].method, "GET");
  EXPECT_EQ(authorization_of(h.http.requests()[0]),
            basic_authorization("alice", Secret("s3cret&=é")).reveal());
  EXPECT_NE(h.http.requests()[0].url.find("account=alice"), std::string::npos);
  EXPECT_EQ(h.http.requests()[0].url.find("s3cret"), std::string::npos);
}

TEST(Token, ThenByPost) {
  for (int refusal : {400, 401, 404, 405}) {
    Harness h(
        [&](const HttpRequest& request) {
          return request.method == "GET" ? answer(refusal)
                                         : answer(200, {}, "{\"access_token\":\"t2\"}");
        },
        password());
    EXPECT_EQ(h.get(), "t2") << refusal;
    auto requests = h.http.requests();
    ASSERT_EQ(requests.size(), 2U);
    EXPECT_EQ(requests[1].url, "https://auth.r.test/token");
    EXPECT_EQ(requests[1].body,
              "grant_type=password&username=alice&password=s3cret%26%3D%C3%A9&client_id=tallyman&"
              "service=a%20service&scope=repository%3Ateam%2Fapp%3Apull");
    EXPECT_EQ(header_of(requests[1], "Content-Type"), "application/x-www-form-urlencoded");
    EXPECT_FALSE(requests[1].authorization);
  }
}

TEST(Token, IdentityTokensGoByPostFirst) {
  Harness h([](const HttpRequest&) { return answer(200, {}, grant("t1")); }, identity());
  EXPECT_EQ(h.get(), "t1");
  ASSERT_EQ(h.http.requests().size(), 1U);
  EXPECT_EQ(
      h.http.requests()[0].body,
      "grant_type=refresh_token&refresh_token=ident%2Fity&client_id=tallyman&service=a%20service&"
      "scope=repository%3Ateam%2Fapp%3Apull");
}

TEST(Token, IdentityTokensFallBackToGetWithAUser) {
  auto get_only = [](const HttpRequest& request) {
    return request.method == "POST" ? answer(404) : answer(200, {}, grant("t2"));
  };
  Harness with_user(get_only, identity("someone"));
  EXPECT_EQ(with_user.get(), "t2");
  EXPECT_EQ(authorization_of(with_user.http.requests()[1]),
            basic_authorization("someone", Secret("ident/ity")).reveal());
  Harness without(get_only, identity());
  EXPECT_EQ(without.get(), "registry.no_token_service");
  EXPECT_EQ(without.http.requests().size(), 1U);
}

TEST(Token, WrongPasswordsSaySo) {
  Harness h(
      [](const HttpRequest& request) {
        return request.method == "GET" ? answer(401, {}, R"({"details":"incorrect password"})")
                                       : answer(404);
      },
      password());
  auto token = h.source.token(bearer(), kScope, Secret());
  ASSERT_FALSE(token);
  EXPECT_EQ(token.error().code, "registry.unauthorized");
  EXPECT_NE(token.error().context.find("incorrect password"), std::string::npos)
      << token.error().context;
  EXPECT_NE(token.error().context.find("https://auth.r.test/token"), std::string::npos);
}

TEST(Token, IsKeptUntilShortlyBeforeItsEnd) {
  int asked = 0;
  Harness h([&](const HttpRequest&) {
    return answer(200, {}, grant("t" + std::to_string(++asked), ",\"expires_in\":300"));
  });
  EXPECT_EQ(h.get(), "t1");
  h.clock.advance(200s);
  EXPECT_EQ(h.get(), "t1");
  h.clock.advance(50s);
  EXPECT_EQ(h.get(), "t2") << "50 s before its end";
}

TEST(Token, SilentOrShortLivesMeanAMinute) {
  for (std::string_view more : {"", ",\"expires_in\":0", ",\"expires_in\":5", ",\"expires_in\":-1",
                                ",\"expires_in\":\"x\"", ",\"expires_in\":1.5"}) {
    int asked = 0;
    Harness h([&](const HttpRequest&) {
      return answer(200, {}, grant("t" + std::to_string(++asked), more));
    });
    EXPECT_EQ(h.get(), "t1");
    h.clock.advance(44s);
    EXPECT_EQ(h.get(), "t1") << more;
    h.clock.advance(2s);
    EXPECT_EQ(h.get(), "t2") << more;
  }
}

TEST(Token, AbsurdLivesEndAfterADay) {
  int asked = 0;
  Harness h([&](const HttpRequest&) {
    return answer(200, {},
                  grant("t" + std::to_string(++asked), ",\"expires_in\":18446744073709551615"));
  });
  EXPECT_EQ(h.get(), "t1");
  h.clock.advance(24h);
  EXPECT_EQ(h.get(), "t2");
}

TEST(Token, OneForEachRealmServiceAndScope) {
  int asked = 0;
  Harness h(
      [&](const HttpRequest&) { return answer(200, {}, grant("t" + std::to_string(++asked))); });
  EXPECT_EQ(h.get(), "t1");
  EXPECT_EQ(h.get(bearer(), "repository:other:pull"), "t2");
  EXPECT_EQ(h.get(bearer("https://auth2.r.test/token")), "t3");
  EXPECT_EQ(h.get(bearer("https://auth.r.test/token", "repository:x:pull,push")), "t4");
  EXPECT_EQ(h.get(), "t1");
  EXPECT_EQ(h.get(bearer("https://auth.r.test/token", kScope)), "t1") << "demanded what is needed";
}

TEST(Token, ARejectedOneIsRenewedOnce) {
  int asked = 0;
  Harness h(
      [&](const HttpRequest&) { return answer(200, {}, grant("t" + std::to_string(++asked))); });
  EXPECT_EQ(h.get(), "t1");
  EXPECT_EQ(h.get(bearer(), kScope, "t1"), "t2");
  EXPECT_EQ(h.get(bearer(), kScope, "t1"), "t2") << "another thread has renewed it already";
}

TEST(Token, OneFlightForManyThreads) {
  std::atomic<int> asked = 0;
  Harness h([&](const HttpRequest&) {
    std::this_thread::yield();
    return answer(200, {}, grant("t" + std::to_string(++asked)));
  });
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { right += h.get() == "t1" ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(right, 8);
}

// Threats 2 and 11: what a stranger's realm gets.
TEST(Token, StrangersRealmsGetNothing) {
  for (std::string realm :
       {"https://evil.test/token", "http://auth.r.test/token", "https://127.0.0.1/token",
        "https://[::1]/token", "https://r.test.evil.test/token"}) {
    Harness h([](const HttpRequest&) { return answer(200, {}, grant("t1")); }, password());
    EXPECT_EQ(h.get(bearer(realm)), "registry.realm_refused") << realm;
    EXPECT_TRUE(h.http.requests().empty()) << realm;
  }
  for (std::string realm :
       {"", "token", "file:///etc/passwd", "https://alice:x@auth.r.test/", "https://"}) {
    Harness h([](const HttpRequest&) { return answer(200, {}, grant("t1")); }, password());
    EXPECT_EQ(h.get(bearer(realm)), "registry.bad_realm") << realm;
  }
}

TEST(Token, RealmsDoNotRedirect) {
  Harness h([](const HttpRequest&) { return answer(302, {{"Location", "https://evil.test/"}}); },
            password());
  EXPECT_EQ(h.get(), "registry.refused");
  EXPECT_EQ(h.http.requests().size(), 1U);
}

TEST(Token, BadAnswers) {
  for (std::string body : {std::string(""), std::string("[]"), std::string("{}"), grant(""),
                           std::string(R"({"token":7})"), grant(R"(a\r\nX-Evil: 1)"), grant("a b"),
                           grant("\xC3\xA9"), grant(std::string(65 << 10, 'x'))}) {
    Harness h([&](const HttpRequest&) { return answer(200, {}, body); });
    EXPECT_EQ(h.get(), "registry.bad_token") << body;
  }
  Harness endless([](const HttpRequest&) { return answer(200, {}, std::string(2 << 20, ' ')); });
  EXPECT_EQ(endless.get(), "stream.too_large");
}

TEST(Token, BrokenAnswersAreAskedForAgain) {
  int asked = 0;
  Harness h([&](const HttpRequest&) -> Result<HttpResponse> {
    ++asked;
    if (asked == 1) return std::unexpected(connection_error());
    if (asked == 2) return answer(503);
    if (asked == 3) return answer(200, {}, "{\"tok", connection_error("http.truncated"));
    return answer(200, {}, grant("t1"));
  });
  EXPECT_EQ(h.get(), "t1");
  EXPECT_EQ(asked, 4);
}

TEST(Token, FailuresAreNotKept) {
  bool works = false;
  Harness h([&](const HttpRequest&) { return works ? answer(200, {}, grant("t1")) : answer(403); });
  EXPECT_EQ(h.get(), "registry.denied");
  works = true;
  EXPECT_EQ(h.get(), "t1");
}

}  // namespace
}  // namespace tallyman
