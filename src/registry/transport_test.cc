#include "registry/transport.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "registry/basic.h"
#include "registry/testing/doubles.h"

namespace tallyman {
namespace {

using namespace testing_support;
using testing::ElementsAre;
using testing::SizeIs;

const std::string kBearer = R"(Bearer realm="https://auth.r.test/token",service="r.test")";
const std::string kTarget = "https://r.test/v2/a/manifests/1";

struct Harness {
  explicit Harness(ScriptedHttp::Handler handler, bool signed_in = true,
                   std::string host = "r.test")
      : http(std::move(handler)) {
    RegistryOptions options;
    options.host = std::move(host);
    if (signed_in) options.credential = Credential{"alice", Secret("s3cret"), {}, {}, "test"};
    start(std::move(options));
  }
  void start(RegistryOptions options) {
    transport.emplace(*Site::open(std::move(options)), http, clock);
  }
  // The status, or the error's code.
  std::string get(Fields headers = {}) {
    auto response = transport->get({"/v2/a/manifests/1", "repository:a:pull", std::move(headers)});
    return response ? std::to_string(response->status) : response.error().code;
  }
  // Authorization of each request to the registry or elsewhere, token requests left out.
  std::vector<std::string> proofs() const {
    std::vector<std::string> all;
    for (const HttpRequest& request : http.requests()) {
      if (request.url.find("/token") == std::string::npos) all.push_back(authorization_of(request));
    }
    return all;
  }

  FakeClock clock;
  ScriptedHttp http;
  std::optional<Transport> transport;
};

bool is_ping(const HttpRequest& request) { return request.url.ends_with("/v2/"); }
bool is_token(const HttpRequest& request) {
  return request.url.find("/token") != std::string::npos;
}
const std::string kBasic(basic_authorization("alice", Secret("s3cret")).reveal());

// A registry that wants this token, and a realm that gives t1, t2, ...
ScriptedHttp::Handler token_registry(std::string wanted, std::string error = "") {
  auto given = std::make_shared<int>(0);
  return [=](const HttpRequest& request) {
    if (is_token(request))
      return answer(200, {}, "{\"token\":\"t" + std::to_string(++*given) + "\"}");
    if (authorization_of(request) == "Bearer " + wanted) return answer(200);
    std::string challenge = kBearer;
    if (!is_ping(request)) challenge += ",scope=\"repository:a:pull\"" + error;
    return answer(401, {{"WWW-Authenticate", challenge}});
  };
}

TEST(Transport, PingsOnceAndSendsNothingUnasked) {
  Harness h([](const HttpRequest&) { return answer(200); });
  EXPECT_EQ(h.get(), "200");
  EXPECT_EQ(h.get(), "200");
  EXPECT_THAT(h.http.lines(),
              ElementsAre("GET https://r.test/v2/", "GET " + kTarget, "GET " + kTarget));
  EXPECT_THAT(h.proofs(), ElementsAre("", "", ""));
}

TEST(Transport, Basic) {
  Harness h([](const HttpRequest& request) {
    if (authorization_of(request) == kBasic) return answer(200);
    return answer(401, {{"WWW-Authenticate", "Basic realm=x"}});
  });
  EXPECT_EQ(h.get(), "200");
  EXPECT_THAT(h.proofs(), ElementsAre("", kBasic));
}

TEST(Transport, WrongBasicPasswordsAreNotRepeated) {
  Harness h(
      [](const HttpRequest&) { return answer(401, {{"WWW-Authenticate", "Basic realm=x"}}); });
  EXPECT_EQ(h.get(), "401");
  EXPECT_THAT(h.proofs(), ElementsAre("", kBasic));
}

TEST(Transport, AnonymousUsersCannotAnswerBasic) {
  Harness h([](const HttpRequest&) { return answer(401, {{"WWW-Authenticate", "Basic realm=x"}}); },
            false);
  EXPECT_EQ(h.get(), "401");
  EXPECT_THAT(h.proofs(), ElementsAre("", ""));
}

TEST(Transport, BearerBeforeBasic) {
  Harness h([](const HttpRequest& request) {
    if (is_token(request)) return answer(200, {}, "{\"token\":\"t1\"}");
    if (authorization_of(request) == "Bearer t1") return answer(200);
    return answer(401, {{"WWW-Authenticate", "Basic realm=x"}, {"WWW-Authenticate", kBearer}});
  });
  EXPECT_EQ(h.get(), "200");
  EXPECT_THAT(h.proofs(), ElementsAre("", "Bearer t1"));
}

TEST(Transport, TokensAreFetchedBeforeTheyAreAskedFor) {
  Harness h(token_registry("t1"));
  EXPECT_EQ(h.get(), "200");
  EXPECT_EQ(h.get(), "200");
  EXPECT_THAT(h.proofs(), ElementsAre("", "Bearer t1", "Bearer t1"));
  EXPECT_THAT(h.http.requests(), SizeIs(4));
}

TEST(Transport, OneFreshTokenThenFailure) {
  for (std::string error : {"", ",error=\"invalid_token\"", ",error=\"insufficient_scope\""}) {
    Harness second(token_registry("t2", error));
    EXPECT_EQ(second.get(), "200") << error;
    EXPECT_THAT(second.proofs(), ElementsAre("", "Bearer t1", "Bearer t2"));
    Harness never(token_registry("t3", error));
    EXPECT_EQ(never.get(), "401") << error;
    EXPECT_THAT(never.proofs(), ElementsAre("", "Bearer t1", "Bearer t2"));
  }
}

TEST(Transport, ARefusalWithoutAChallengeUsesThePings) {
  Harness h([](const HttpRequest& request) {
    if (is_token(request)) {
      static int given = 0;
      return answer(200, {}, "{\"token\":\"t" + std::to_string(++given) + "\"}");
    }
    if (is_ping(request)) return answer(401, {{"WWW-Authenticate", kBearer}});
    return authorization_of(request) == "Bearer t2" ? answer(200) : answer(401);
  });
  EXPECT_EQ(h.get(), "200");
}

TEST(Transport, AChallengeAfterAnOpenPingIsRemembered) {
  Harness h([](const HttpRequest& request) {
    if (is_token(request)) return answer(200, {}, "{\"token\":\"t1\"}");
    if (is_ping(request) || authorization_of(request) == "Bearer t1") return answer(200);
    return answer(401, {{"WWW-Authenticate", kBearer + ",scope=\"repository:a:pull\""}});
  });
  EXPECT_EQ(h.get(), "200");
  EXPECT_EQ(h.get(), "200");
  EXPECT_THAT(h.proofs(), ElementsAre("", "", "Bearer t1", "Bearer t1"));
}

TEST(Transport, RegistryTokensAreSentAsTheyAre) {
  Harness h(token_registry("opaque"), false);
  RegistryOptions options;
  options.host = "r.test";
  options.credential = Credential{"", {}, {}, Secret("opaque"), "test"};
  h.start(options);
  EXPECT_EQ(h.get(), "200");
  EXPECT_THAT(h.proofs(), ElementsAre("", "Bearer opaque"));
  options.credential->registry_token = Secret("stale");
  h.start(options);
  EXPECT_EQ(h.get(), "401");
}

TEST(Transport, OtherPingAnswers) {
  for (int status : {404, 403, 204}) {
    Harness h([=](const HttpRequest&) { return answer(status); });
    EXPECT_EQ(h.get(), "registry.not_v2") << status;
  }
  Harness down([](const HttpRequest&) { return answer(503); });
  EXPECT_EQ(down.get(), "registry.unavailable");
  bool up = false;
  Harness recovers([&](const HttpRequest&) { return up ? answer(200) : answer(404); });
  EXPECT_EQ(recovers.get(), "registry.not_v2");
  up = true;
  EXPECT_EQ(recovers.get(), "200") << "a failed ping is not kept";
}

TEST(Transport, Check) {
  auto code = [](Harness& h) {
    auto ok = h.transport->check();
    return ok ? "" : ok.error().code;
  };
  Harness open([](const HttpRequest&) { return answer(200); });
  EXPECT_EQ(code(open), "");
  Harness good(token_registry("t1"));
  EXPECT_EQ(code(good), "");
  EXPECT_EQ(good.http.lines()[1],
            "GET https://auth.r.test/token?service=r.test&client_id=tallyman&account=alice");
  Harness bad([](const HttpRequest&) { return answer(401, {{"WWW-Authenticate", "Basic"}}); });
  EXPECT_EQ(code(bad), "registry.unauthorized");
  EXPECT_EQ(code(bad), "registry.unauthorized") << "asked anew";
  Harness silent([](const HttpRequest&) { return answer(401); });
  EXPECT_EQ(code(silent), "registry.unauthorized") << "a refusal that does not say what it wants";
  Harness anonymous([](const HttpRequest&) { return answer(401, {{"WWW-Authenticate", "Basic"}}); },
                    false);
  EXPECT_EQ(code(anonymous), "");
  Harness refused([](const HttpRequest& request) {
    if (is_token(request)) return answer(403);
    return answer(401, {{"WWW-Authenticate", kBearer}});
  });
  EXPECT_EQ(code(refused), "registry.denied");
}

// A registry at r.test behind Basic; everything else redirects as the map says, or answers 200.
ScriptedHttp::Handler redirects(std::map<std::string, std::string> map) {
  return [map](const HttpRequest& request) {
    if (is_ping(request)) return answer(401, {{"WWW-Authenticate", "Basic realm=x"}});
    auto found = map.find(request.url);
    return found == map.end() ? answer(200) : answer(307, {{"Location", found->second}});
  };
}

TEST(Transport, RedirectsWithinTheRegistryKeepTheCredential) {
  Harness h(redirects({{kTarget, "/other?x=1"}, {"https://r.test/other?x=1", "deeper"}}));
  EXPECT_EQ(h.get(), "200");
  EXPECT_EQ(h.http.lines().back(), "GET https://r.test/deeper");
  EXPECT_THAT(h.proofs(), ElementsAre("", kBasic, kBasic, kBasic));
}

// Threat 3: a redirect to another host, to the same host at another port, to a host whose name
// begins like ours.
TEST(Transport, RedirectsAwayLoseTheCredential) {
  for (std::string away : {"https://cdn.test/x", "https://r.test:8443/x",
                           "https://r.test.evil.test/x", "https://sub.r.test/x", "//cdn.test/x"}) {
    Harness h(redirects({{kTarget, away}}));
    EXPECT_EQ(h.get({{"Range", "bytes=5-"}}), "200") << away;
    EXPECT_THAT(h.proofs(), ElementsAre("", kBasic, "")) << away;
    EXPECT_EQ(header_of(h.http.requests().back(), "Range"), "bytes=5-") << away;
  }
}

// Threat 4: back at the registry's origin the credential does not come back.
TEST(Transport, TheLossIsForTheRestOfTheChain) {
  Harness h(redirects({{kTarget, "https://cdn.test/1"},
                       {"https://cdn.test/1", "https://r.test/back"},
                       {"https://r.test/back", "https://r.test/more"}}));
  EXPECT_EQ(h.get(), "200");
  EXPECT_EQ(h.http.lines().back(), "GET https://r.test/more");
  EXPECT_THAT(h.proofs(), ElementsAre("", kBasic, "", "", ""));
}

TEST(Transport, ATargetThatWantsACredentialGetsNone) {
  Harness h([](const HttpRequest& request) {
    if (request.url.starts_with("https://cdn.test/") || is_ping(request)) {
      return answer(401, {{"WWW-Authenticate", "Basic realm=x"}});
    }
    return answer(302, {{"Location", "https://cdn.test/x"}});
  });
  EXPECT_EQ(h.get(), "registry.unauthorized");
  EXPECT_THAT(h.proofs(), ElementsAre("", kBasic, ""));
}

TEST(Transport, RedirectsThatAreNotFollowed) {
  Harness downgrade(redirects({{kTarget, "http://r.test/x"}}));
  EXPECT_EQ(downgrade.get(), "registry.redirect_refused");
  Harness later(
      redirects({{kTarget, "https://cdn.test/1"}, {"https://cdn.test/1", "http://cdn.test/2"}}));
  EXPECT_EQ(later.get(), "registry.redirect_refused");
  for (std::string bad :
       {"", "ftp://x.test/", "file:///etc/passwd", "https://u:p@x.test/", "https://x y/"}) {
    Harness h(redirects({{kTarget, bad}}));
    EXPECT_EQ(h.get(), "registry.bad_redirect") << bad;
  }
  Harness none(
      [](const HttpRequest& request) { return is_ping(request) ? answer(200) : answer(302); });
  EXPECT_EQ(none.get(), "registry.bad_redirect");
}

TEST(Transport, ChainsAreBounded) {
  auto chain = [](int length) {
    std::map<std::string, std::string> map;
    std::string from = kTarget;
    for (int i = 0; i < length; ++i) {
      std::string next = "https://r.test/" + std::to_string(i);
      map[from] = next;
      from = next;
    }
    return map;
  };
  Harness five(redirects(chain(5)));
  EXPECT_EQ(five.get(), "200");
  Harness six(redirects(chain(6)));
  EXPECT_EQ(six.get(), "registry.bad_redirect");
  Harness loop(redirects({{kTarget, kTarget}}));
  EXPECT_EQ(loop.get(), "registry.bad_redirect");
}

// Threats 5 and 6: every host that the registry named may only have a public address, whatever
// the name says; the HTTP client checks that when it opens the socket.
TEST(Transport, HostsThatTheRegistryNamesAreCheckedByAddress) {
  Harness h(redirects({{kTarget, "https://internal.test/x"}}));
  EXPECT_EQ(h.get(), "200");
  EXPECT_EQ(h.http.requests()[1].address, AddressRule::user_named);
  EXPECT_EQ(h.http.requests()[2].address, AddressRule::server_named);
}

}  // namespace
}  // namespace tallyman
