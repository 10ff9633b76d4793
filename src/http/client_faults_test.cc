// What a broken, slow or hostile server may do to the client.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "http/client.h"
#include "support/http_server.h"
#include "support/shared.h"

namespace tallyman {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing_support::closed_port;
using testing_support::HttpTestServer;
using testing_support::SilentPort;
using testing_support::TestConnection;
using testing_support::TestRequest;
using Handler = HttpTestServer::Handler;

HttpRequest get(const std::string& url) {
  HttpRequest request;
  request.url = url;
  request.address = AddressRule::user_named;
  return request;
}

// Sends and reads to the end; what goes wrong, at whichever point.
Error failure_of(const HttpRequest& request, std::size_t* read = nullptr) {
  auto client = make_http_client(Environment());
  Result<HttpResponse> response = client->send(request);
  if (!response) return response.error();
  Bytes buffer(100'000);
  while (true) {
    Result<std::size_t> got = response->body->read(buffer);
    if (!got) {
      EXPECT_EQ(response->body->read(buffer).error().code, got.error().code)
          << "an error stays the error";
      return got.error();
    }
    if (*got == 0) return {ErrorKind::internal, "no failure", {}, {}};
    if (read != nullptr) *read += *got;
  }
}

std::string code_of(const Handler& handler) {
  HttpTestServer server(handler);
  return failure_of(get(server.url())).code;
}

TEST(HttpFaultsTest, ABodyShorterThanAnnouncedIsTruncated) {
  HttpTestServer server([](const TestRequest&, TestConnection& connection) {
    connection.respond(200, {{"Content-Length", "10"}}, "123456789");
    connection.close();
  });
  std::size_t read = 0;
  Error error = failure_of(get(server.url()), &read);
  EXPECT_EQ(error.code, "http.truncated");
  EXPECT_EQ(error.kind, ErrorKind::unavailable);
  EXPECT_EQ(read, 9U) << "what did come is delivered first";
}

TEST(HttpFaultsTest, AChunkedBodyWithoutItsEndIsTruncated) {
  EXPECT_EQ(code_of([](const TestRequest&, TestConnection& connection) {
              connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
              connection.close();
            }),
            "http.truncated");
}

TEST(HttpFaultsTest, AResetIsAConnectionError) {
  Handler before_head = [](const TestRequest&, TestConnection& connection) { connection.reset(); };
  Handler in_body = [](const TestRequest&, TestConnection& connection) {
    connection.respond(200, {{"Content-Length", "10"}}, "12345");
    connection.reset();
  };
  EXPECT_EQ(code_of(before_head), "http.connection");
  EXPECT_EQ(code_of(in_body), "http.connection");
}

TEST(HttpFaultsTest, AnEndWithoutAResponseIsAConnectionError) {
  EXPECT_EQ(code_of([](const TestRequest&, TestConnection& connection) { connection.close(); }),
            "http.connection");
  EXPECT_EQ(code_of([](const TestRequest&, TestConnection& connection) {
              connection.send("HTTP/1.1 200 OK\r\nX: 1\r\n");
              connection.close();
            }),
            "http.connection");
}

TEST(HttpFaultsTest, WhatIsNotHttpIsAConnectionError) {
  for (const char* raw : {"SSH-2.0-OpenSSH_9.2\r\n", "<html>hello</html>\n", "\n\n\n",
                          "HTTP/1.1 200 OK\r\nBad: a\0b\r\n\r\n"}) {
    EXPECT_EQ(code_of([&](const TestRequest&, TestConnection& connection) {
                connection.send(raw);
                connection.close();
              }),
              "http.connection")
        << raw;
  }
}

TEST(HttpFaultsTest, BadChunkSizesAreAConnectionError) {
  EXPECT_EQ(code_of([](const TestRequest&, TestConnection& connection) {
              connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n");
              connection.close();
            }),
            "http.connection");
}

TEST(HttpFaultsTest, SilenceRunsIntoTheFirstByteTimeout) {
  HttpTestServer server(
      [](const TestRequest&, TestConnection& connection) { connection.wait_for_release(); });
  HttpRequest request = get(server.url());
  request.first_byte_timeout = milliseconds(40);
  Error error = failure_of(request);
  EXPECT_EQ(error.kind, ErrorKind::timeout);
  EXPECT_EQ(error.code, "http.timeout");
  EXPECT_THAT(error.context, HasSubstr("no response within 40 ms"));
}

TEST(HttpFaultsTest, EndlessInterimResponsesAreCapped) {
  EXPECT_EQ(code_of([](const TestRequest&, TestConnection& connection) {
              while (connection.send("HTTP/1.1 100 Continue\r\nX-Filler: aaaaaaaaaaaaaa\r\n\r\n")) {
              }
            }),
            "http.headers_too_large");
}

TEST(HttpFaultsTest, ABodyThatStopsRunsIntoTheStallTimeout) {
  HttpTestServer server([](const TestRequest&, TestConnection& connection) {
    connection.respond(200, {{"Content-Length", "10000"}}, "12345");
    connection.wait_for_release();
  });
  HttpRequest request = get(server.url());
  request.stall_timeout = milliseconds(40);
  std::size_t read = 0;
  Error error = failure_of(request, &read);
  EXPECT_EQ(error.code, "http.timeout");
  EXPECT_THAT(error.context, HasSubstr("1 KiB/s"));
  EXPECT_EQ(read, 5U);
}

TEST(HttpFaultsTest, TheTotalTimeoutEndsAnEndlessBody) {
  HttpTestServer server([](const TestRequest&, TestConnection& connection) {
    connection.send("HTTP/1.1 200 OK\r\n\r\n");
    const std::string block(65'536, 'x');
    while (connection.send(block)) {
    }
  });
  HttpRequest request = get(server.url());
  request.total_timeout = milliseconds(40);
  Error error = failure_of(request);
  EXPECT_EQ(error.code, "http.timeout");
  EXPECT_THAT(error.context, HasSubstr("not done within 40 ms"));
}

TEST(HttpFaultsTest, AnUnansweredHandshakeRunsIntoTheConnectTimeout) {
  SilentPort port;
  HttpRequest request = get("https://127.0.0.1:" + std::to_string(port.number()) + "/");
  request.connect_timeout = milliseconds(40);
  Error error = failure_of(request);
  EXPECT_EQ(error.code, "http.timeout");
  EXPECT_THAT(error.context, HasSubstr("no connection to 127.0.0.1 within 40 ms"));
}

TEST(HttpFaultsTest, AHeaderFloodIsTooLarge) {
  EXPECT_EQ(code_of([](const TestRequest&, TestConnection& connection) {
              connection.send("HTTP/1.1 200 OK\r\n");
              const std::string line = "X-Filler: " + std::string(1000, 'x') + "\r\n";
              while (connection.send(line)) {
              }
            }),
            "http.headers_too_large");
}

TEST(HttpFaultsTest, OneEndlessHeaderLineIsTooLarge) {
  HttpTestServer server([](const TestRequest&, TestConnection& connection) {
    connection.send("HTTP/1.1 200 OK\r\nX-Filler: ");
    const std::string part(65'536, 'x');
    while (connection.send(part)) {
    }
  });
  Error error = failure_of(get(server.url()));
  EXPECT_EQ(error.code, "http.headers_too_large") << describe(error);
  EXPECT_EQ(error.kind, ErrorKind::too_large);
}

TEST(HttpFaultsTest, EndlessTrailersAreCapped) {
  EXPECT_EQ(code_of([](const TestRequest&, TestConnection& connection) {
              connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n");
              const std::string line = "X-Filler: " + std::string(1000, 'x') + "\r\n";
              while (connection.send(line)) {
              }
            }),
            "http.headers_too_large");
}

TEST(HttpFaultsTest, AClosedPortIsRefused) {
  const std::string port = std::to_string(closed_port());
  Error error = failure_of(get("http://127.0.0.1:" + port + "/"));
  EXPECT_EQ(error.code, "http.refused");
  EXPECT_EQ(error.kind, ErrorKind::unavailable);
  EXPECT_THAT(error.context, HasSubstr("cannot connect to 127.0.0.1 port " + port));
  EXPECT_THAT(error.context, HasSubstr("refused"));
}

TEST(HttpFaultsTest, AnUnknownHostIsADnsError) {
  Error error = failure_of(get("http://no-such-host.invalid/"));
  EXPECT_EQ(error.code, "http.dns");
  EXPECT_EQ(error.kind, ErrorKind::unavailable);
  EXPECT_THAT(error.context, HasSubstr("no-such-host.invalid"));
}

// A handle that has failed goes back to the pool, and the next try must not trip over it.
TEST(HttpFaultsTest, ASecondTryAfterAFailureFailsTheSameWay) {
  std::unique_ptr<HttpClient> client = make_http_client();
  for (int round = 0; round < 3; ++round) {
    Result<HttpResponse> response = client->send(get("http://no-such-host.invalid/"));
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code, "http.dns") << round;
  }
}

TEST(HttpFaultsTest, BinaryInAnErrorTextIsNotShown) {
  HttpTestServer server([](const TestRequest&, TestConnection& connection) {
    connection.send("\x1b[31mHTTP\r\n\r\n");
    connection.close();
  });
  EXPECT_EQ(failure_of(get(server.url())).context.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace tallyman
