// Certificates, and who may reach which address.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "http/client.h"
#include "support/http_server.h"
#include "support/shared.h"

namespace tallyman {
namespace {

using testing::HasSubstr;
using testing_support::HttpTestServer;
using testing_support::TemporaryFolder;
using testing_support::TestConnection;
using testing_support::TestRequest;

void answer(const TestRequest&, TestConnection& connection) { connection.respond(200, {}, "ok"); }

HttpRequest get(const std::string& url) {
  HttpRequest request;
  request.url = url;
  request.address = AddressRule::user_named;
  return request;
}

Result<HttpResponse> send(const HttpRequest& request, HttpClient& client) {
  Result<HttpResponse> response = client.send(request);
  if (!response) return response;
  EXPECT_TRUE(read_all(*response->body, 1000));
  return response;
}

class TlsTest : public testing::Test {
 protected:
  TlsTest() : server_(answer, HttpTestServer::Scheme::https) {
    std::ofstream(ca_file_) << server_.ca_pem();
  }

  HttpRequest trusting_request() const {
    HttpRequest request = get(server_.url());
    request.tls.ca_file = ca_file_;
    return request;
  }

  TemporaryFolder folder_;
  std::string ca_file_ = folder_.path() / "ca.pem";
  HttpTestServer server_;
  std::unique_ptr<HttpClient> client_ = make_http_client(Environment());
};

TEST_F(TlsTest, AnUnknownAuthorityIsNotTrusted) {
  Result<HttpResponse> response = send(get(server_.url()), *client_);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, "http.tls_untrusted");
  EXPECT_EQ(response.error().kind, ErrorKind::denied);
  EXPECT_THAT(response.error().hint, HasSubstr("--ca-file"));
  EXPECT_THAT(response.error().hint, HasSubstr("--secure-connection=false"));
  EXPECT_TRUE(server_.requests().empty());
}

TEST_F(TlsTest, AnAuthorityFileMakesItTrusted) {
  Result<HttpResponse> response = send(trusting_request(), *client_);
  EXPECT_TRUE(response) << describe(response.error());
}

TEST_F(TlsTest, AnotherAuthorityDoesNot) {
  HttpTestServer other(answer, HttpTestServer::Scheme::https);
  HttpRequest request = trusting_request();
  request.url = other.url();
  Result<HttpResponse> response = send(request, *client_);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, "http.tls_untrusted") << describe(response.error());
}

TEST_F(TlsTest, VerificationCanBeSwitchedOff) {
  HttpRequest request = get(server_.url());
  request.tls.verify = false;
  Result<HttpResponse> response = send(request, *client_);
  EXPECT_TRUE(response) << describe(response.error());
}

TEST_F(TlsTest, AnUnverifiedConnectionNeverServesAVerifiedRequest) {
  HttpRequest request = get(server_.url());
  request.tls.verify = false;
  ASSERT_TRUE(send(request, *client_));
  EXPECT_EQ(send(get(server_.url()), *client_).error().code, "http.tls_untrusted");
  EXPECT_EQ(server_.requests().size(), 1U);
}

TEST_F(TlsTest, ConnectionsAreReused) {
  ASSERT_TRUE(send(trusting_request(), *client_));
  ASSERT_TRUE(send(trusting_request(), *client_));
  EXPECT_EQ(server_.accepted(), 1);
  EXPECT_EQ(server_.requests().size(), 2U);
}

TEST_F(TlsTest, AnUnreadableAuthorityFileIsNamed) {
  HttpRequest request = get(server_.url());
  request.tls.ca_file = folder_.path() / "absent.pem";
  Result<HttpResponse> response = send(request, *client_);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, "http.ca_file");
  EXPECT_THAT(response.error().context, HasSubstr("absent.pem"));
}

TEST_F(TlsTest, ABrokenTlsSessionIsAConnectionError) {
  HttpTestServer server(
      [](const TestRequest&, TestConnection& connection) {
        connection.respond(200, {{"Content-Length", "10"}}, "12345");
        connection.reset();
      },
      HttpTestServer::Scheme::https);
  HttpRequest request = get(server.url());
  request.tls.verify = false;
  Result<HttpResponse> response = client_->send(request);
  // The reset may overtake what was sent before it.
  Error error = response ? read_all(*response->body, 1000).error() : response.error();
  EXPECT_EQ(error.code, "http.connection") << describe(error);
}

TEST_F(TlsTest, TlsToAPlainPortNamesTheFlag) {
  HttpTestServer plain(answer);
  Result<HttpResponse> response = send(get("https://" + plain.host() + "/"), *client_);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, "http.tls");
  EXPECT_EQ(response.error().kind, ErrorKind::unavailable);
  EXPECT_THAT(response.error().hint, HasSubstr("--plain-http"));
}

TEST(AddressRuleTest, AServerNamedPrivateAddressIsRefused) {
  HttpTestServer server(answer);
  auto client = make_http_client(Environment());
  for (const std::string host : {"127.0.0.1", "localhost"}) {
    HttpRequest request = get("http://" + host + ":" + std::to_string(server.port()) + "/");
    request.address = AddressRule::server_named;
    Result<HttpResponse> response = send(request, *client);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, "http.address_refused");
    EXPECT_EQ(response.error().kind, ErrorKind::denied);
  }
  EXPECT_EQ(server.accepted(), 0);
}

TEST(AddressRuleTest, AMappedLoopbackAddressIsRefused) {
  HttpTestServer server(answer);
  HttpRequest request = get("http://[::ffff:7f00:1]:" + std::to_string(server.port()) + "/");
  request.address = AddressRule::server_named;
  EXPECT_EQ(make_http_client(Environment())->send(request).error().code, "http.address_refused");
  EXPECT_EQ(server.accepted(), 0);
}

TEST(AddressRuleTest, AUserNamedConnectionIsNotLentToAServerNamedRequest) {
  HttpTestServer server(answer);
  auto client = make_http_client(Environment());
  HttpRequest request = get(server.url());
  ASSERT_TRUE(send(request, *client));
  request.address = AddressRule::server_named;
  EXPECT_EQ(send(request, *client).error().code, "http.address_refused");
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(AddressRuleTest, ServerNamedIsTheDefault) {
  EXPECT_EQ(HttpRequest().address, AddressRule::server_named);
}

TEST(AddressRuleTest, AProxyIsTheUsersChoice) {
  HttpTestServer proxy(answer);
  auto client = make_http_client(Environment({{"http_proxy", "http://" + proxy.host()}}));
  HttpRequest request = get("http://files.example/blob?sig=1");
  request.address = AddressRule::server_named;
  Result<HttpResponse> response = send(request, *client);
  ASSERT_TRUE(response) << describe(response.error());
  EXPECT_EQ(proxy.requests()[0].target, "http://files.example/blob?sig=1");
}

TEST(AddressRuleTest, HostsExceptedFromTheProxyAreChecked) {
  HttpTestServer server(answer);
  auto client = make_http_client(
      Environment({{"http_proxy", "http://" + server.host()}, {"no_proxy", "127.0.0.0/8"}}));
  HttpRequest request = get(server.url());
  request.address = AddressRule::server_named;
  EXPECT_EQ(send(request, *client).error().code, "http.address_refused");
  EXPECT_EQ(server.accepted(), 0);
}

TEST(AddressRuleTest, AnAuthorizationIsNotSentToATunnellingProxy) {
  HttpTestServer proxy([](const TestRequest&, TestConnection& connection) {
    connection.respond(403, {}, "no tunnels");
    connection.close();
  });
  auto client = make_http_client(Environment({{"https_proxy", "http://" + proxy.host()}}));
  HttpRequest request = get("https://registry.example/v2/");
  request.authorization = Secret("Bearer abc");
  Result<HttpResponse> response = send(request, *client);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, "http.connection");
  ASSERT_EQ(proxy.requests().size(), 1U);
  EXPECT_EQ(proxy.requests()[0].method, "CONNECT");
  EXPECT_EQ(proxy.requests()[0].header("Authorization"), "");
}

}  // namespace
}  // namespace tallyman
