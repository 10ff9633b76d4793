#include "http/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/http_server.h"

namespace tallyman {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing_support::HttpTestServer;
using testing_support::TestConnection;
using testing_support::TestRequest;

// No proxy of the machine that runs the tests may come between.
std::unique_ptr<HttpClient> make_client() { return make_http_client(Environment()); }

HttpRequest get(const std::string& url) {
  HttpRequest request;
  request.url = url;
  request.address = AddressRule::user_named;
  return request;
}

std::string body_of(HttpResponse& response) {
  Result<Bytes> bytes = read_all(*response.body, 64 << 20);
  return bytes ? std::string(as_text(*bytes)) : "error " + bytes.error().code;
}

void answer_with_target(const TestRequest& request, TestConnection& connection) {
  connection.respond(200, {{"Content-Type", "text/plain"}}, request.target);
}

TEST(HttpClientTest, GivesStatusHeadersAndBody) {
  HttpTestServer server([](const TestRequest&, TestConnection& connection) {
    connection.respond(418, {{"X-One", "1"}, {"x-two", "a"}, {"X-Two", "b"}}, "short and stout");
  });
  auto client = make_client();
  Result<HttpResponse> response = client->send(get(server.url("/tea?milk=1")));
  ASSERT_TRUE(response) << describe(response.error());
  EXPECT_EQ(response->status, 418);
  EXPECT_EQ(response->headers.get("x-one"), "1");
  EXPECT_THAT(response->headers.get_all("X-TWO"), testing::ElementsAre("a", "b"));
  EXPECT_EQ(body_of(*response), "short and stout");
  std::uint8_t byte = 0;
  EXPECT_EQ(response->body->read({&byte, 1}).value(), 0U) << "the end stays the end";
  EXPECT_EQ(server.requests()[0].target, "/tea?milk=1");
}

TEST(HttpClientTest, SendsOnlyTheHeadersItWasGiven) {
  HttpTestServer server(answer_with_target);
  HttpRequest request = get(server.url());
  request.headers = {{"Accept", "application/json"}, {"X-Empty", ""}};
  request.authorization = Secret("Bearer abc");
  request.user_agent = "tallyman/1";
  ASSERT_TRUE(make_client()->send(request));
  TestRequest seen = server.requests()[0];
  EXPECT_EQ(seen.header("Authorization"), "Bearer abc");
  EXPECT_THAT(seen.headers,
              testing::UnorderedElementsAre(
                  testing::Pair("Host", server.host()), testing::Pair("User-Agent", "tallyman/1"),
                  testing::Pair("Accept", "application/json"), testing::Pair("X-Empty", ""),
                  testing::Pair("Authorization", "Bearer abc")));
}

TEST(HttpClientTest, RefusesHeadersThatWouldEndTheirLine) {
  HttpTestServer server(answer_with_target);
  auto client = make_client();
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"X", "secret\r\nEvil: 1"},
                                                        {"X", "secret\n"},
                                                        {"X", std::string("secret\0", 7)},
                                                        {"X\r\nEvil", "secret"},
                                                        {"X:", "secret"},
                                                        {"", "secret"},
                                                        {"X Y", "secret"}}) {
    HttpRequest request = get(server.url());
    request.headers = {{name, value}};
    Result<HttpResponse> response = client->send(request);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, "http.header");
    EXPECT_THAT(describe(response.error()), Not(HasSubstr("secret")));
  }
  HttpRequest request = get(server.url());
  request.authorization = Secret("Bearer secret\r\nEvil: 1");
  EXPECT_EQ(client->send(request).error().code, "http.header");
  EXPECT_TRUE(server.requests().empty());
}

TEST(HttpClientTest, PostsABody) {
  HttpTestServer server(answer_with_target);
  HttpRequest request = get(server.url("/token"));
  request.method = "POST";
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  request.body = "grant_type=password&x=" + std::string(100'000, 'y');
  Result<HttpResponse> response = make_client()->send(request);
  ASSERT_TRUE(response) << describe(response.error());
  EXPECT_EQ(body_of(*response), "/token");
  TestRequest seen = server.requests()[0];
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.body, request.body);
  EXPECT_EQ(seen.header("Content-Length"), std::to_string(request.body.size()));
}

TEST(HttpClientTest, SendsOtherMethods) {
  HttpTestServer server(answer_with_target);
  auto client = make_client();
  for (const char* method : {"POST", "PUT", "DELETE", "GET"}) {
    HttpRequest request = get(server.url());
    request.method = method;
    Result<HttpResponse> response = client->send(request);
    ASSERT_TRUE(response) << method << describe(response.error());
    EXPECT_EQ(body_of(*response), "/");
    EXPECT_EQ(server.requests().back().method, method);
  }
}

TEST(HttpClientTest, HeadHasNoBody) {
  HttpTestServer server([](const TestRequest&, TestConnection& connection) {
    connection.respond(200, {{"Content-Length", "12345"}});
  });
  HttpRequest request = get(server.url());
  request.method = "HEAD";
  Result<HttpResponse> response = make_client()->send(request);
  ASSERT_TRUE(response) << describe(response.error());
  EXPECT_EQ(response->headers.get("content-length"), "12345");
  EXPECT_EQ(body_of(*response), "");
}

TEST(HttpClientTest, NeverFollowsRedirects) {
  HttpTestServer server([](const TestRequest&, TestConnection& connection) {
    connection.respond(307, {{"Location", "/elsewhere"}}, "moved");
  });
  Result<HttpResponse> response = make_client()->send(get(server.url()));
  ASSERT_TRUE(response) << describe(response.error());
  EXPECT_EQ(response->status, 307);
  EXPECT_EQ(response->headers.get("Location"), "/elsewhere");
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(HttpClientTest, LeavesCompressedBodiesAlone) {
  HttpTestServer server([](const TestRequest&, TestConnection& connection) {
    connection.respond(200, {{"Content-Encoding", "gzip"}}, "not gzip at all");
  });
  Result<HttpResponse> response = make_client()->send(get(server.url()));
  ASSERT_TRUE(response) << describe(response.error());
  EXPECT_EQ(body_of(*response), "not gzip at all");
}

TEST(HttpClientTest, ReadsChunkedAndUndelimitedBodies) {
  HttpTestServer server([](const TestRequest& request, TestConnection& connection) {
    if (request.target == "/chunked") {
      connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      connection.send("3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: 1\r\n\r\n");
    } else {
      connection.send("HTTP/1.1 200 OK\r\n\r\nto the end");
      connection.close();
    }
  });
  auto client = make_client();
  Result<HttpResponse> chunked = client->send(get(server.url("/chunked")));
  ASSERT_TRUE(chunked) << describe(chunked.error());
  EXPECT_EQ(body_of(*chunked), "abcde");
  EXPECT_FALSE(chunked->headers.get("Trailer"));
  Result<HttpResponse> open = client->send(get(server.url("/open")));
  ASSERT_TRUE(open) << describe(open.error());
  EXPECT_EQ(body_of(*open), "to the end");
}

TEST(HttpClientTest, SkipsInterimResponses) {
  HttpTestServer server([](const TestRequest&, TestConnection& connection) {
    connection.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nX: early\r\n\r\n");
    connection.respond(200, {{"Y", "late"}}, "done");
  });
  Result<HttpResponse> response = make_client()->send(get(server.url()));
  ASSERT_TRUE(response) << describe(response.error());
  EXPECT_EQ(response->status, 200);
  EXPECT_FALSE(response->headers.get("X"));
  EXPECT_EQ(response->headers.get("Y"), "late");
  EXPECT_EQ(body_of(*response), "done");
}

TEST(HttpClientTest, RefusesUrlsItCannotTrust) {
  auto client = make_client();
  for (const char* url : {"file:///etc/passwd", "https://user:pw@127.0.0.1/", "http://127.1/"}) {
    Result<HttpResponse> response = client->send(get(url));
    ASSERT_FALSE(response) << url;
    EXPECT_EQ(response.error().code, "http.url");
  }
}

TEST(HttpClientTest, ErrorsNameTheRequestWithoutItsQuery) {
  HttpTestServer server([](const TestRequest&, TestConnection& connection) { connection.close(); });
  Result<HttpResponse> response = make_client()->send(get(server.url("/blob?sig=secret")));
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().context, HasSubstr("GET http://" + server.host() + "/blob: "));
  EXPECT_THAT(describe(response.error()), Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace tallyman
