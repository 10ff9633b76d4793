// Connections that are kept, shared between threads, and let go.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "http/client.h"
#include "support/http_server.h"

namespace tallyman {
namespace {

using testing_support::HttpTestServer;
using testing_support::TestConnection;
using testing_support::TestRequest;

HttpRequest get(const std::string& url) {
  HttpRequest request;
  request.url = url;
  request.address = AddressRule::user_named;
  return request;
}

std::string fetch(HttpClient& client, const std::string& url) {
  Result<HttpResponse> response = client.send(get(url));
  if (!response) return describe(response.error());
  Result<Bytes> body = read_all(*response->body, 16 << 20);
  return body ? std::string(as_text(*body)) : describe(body.error());
}

void answer_with_target(const TestRequest& request, TestConnection& connection) {
  connection.respond(200, {}, request.target);
}

TEST(HttpPoolTest, ReusesOneConnectionForRequestsInARow) {
  HttpTestServer server(answer_with_target);
  auto client = make_http_client(Environment());
  for (int i = 0; i < 10; ++i) {
    std::string target = "/" + std::to_string(i);
    EXPECT_EQ(fetch(*client, server.url(target)), target);
  }
  EXPECT_EQ(server.accepted(), 1);
}

TEST(HttpPoolTest, ReusesConnectionsAcrossThreads) {
  HttpTestServer server(answer_with_target);
  auto client = make_http_client(Environment());
  for (int i = 0; i < 4; ++i) {
    std::thread([&] { EXPECT_EQ(fetch(*client, server.url("/x")), "/x"); }).join();
  }
  EXPECT_EQ(server.accepted(), 1);
}

TEST(HttpPoolTest, ReusesAConnectionWhoseSmallBodyNobodyRead) {
  HttpTestServer server([](const TestRequest&, TestConnection& connection) {
    connection.respond(307, {{"Location", "/x"}}, std::string(2000, 'x'));
  });
  auto client = make_http_client(Environment());
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(client->send(get(server.url())));
  EXPECT_EQ(server.accepted(), 1);
}

TEST(HttpPoolTest, AReaderOfALargeBodyMayLeave) {
  std::atomic<bool> cut = false;
  HttpTestServer server([&](const TestRequest& request, TestConnection& connection) {
    if (request.target == "/small") return connection.respond(200, {}, "small");
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
    const std::string block(65'536, 'x');
    while (connection.send(block)) {
    }
    cut = true;
  });
  auto client = make_http_client(Environment());
  {
    Result<HttpResponse> response = client->send(get(server.url("/large")));
    ASSERT_TRUE(response);
    Bytes buffer(1000);
    EXPECT_EQ(read_full(*response->body, buffer).value(), 1000U);
  }
  EXPECT_EQ(fetch(*client, server.url("/small")), "small");
  EXPECT_EQ(server.accepted(), 2) << "a connection in the middle of a body cannot be used again";
  while (!cut) std::this_thread::yield();
}

TEST(HttpPoolTest, ADeadIdleConnectionIsReplaced) {
  HttpTestServer server([](const TestRequest& request, TestConnection& connection) {
    connection.respond(200, {}, request.target);
    connection.close();
  });
  auto client = make_http_client(Environment());
  EXPECT_EQ(fetch(*client, server.url("/a")), "/a");
  EXPECT_EQ(fetch(*client, server.url("/b")), "/b");
  EXPECT_EQ(server.accepted(), 2);
}

TEST(HttpPoolTest, ServesManyThreadsAtOnce) {
  HttpTestServer server([](const TestRequest& request, TestConnection& connection) {
    connection.respond(200, {}, request.target + std::string(300'000, 'x'));
  });
  auto client = make_http_client(Environment());
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < 5; ++j) {
        std::string target = "/" + std::to_string(i) + "/" + std::to_string(j);
        EXPECT_EQ(fetch(*client, server.url(target)), target + std::string(300'000, 'x'));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(server.accepted(), 4);
}

TEST(HttpPoolTest, HoldsManyOriginsAndForgetsTheOldest) {
  std::vector<std::unique_ptr<HttpTestServer>> servers;
  for (int i = 0; i < 20; ++i)
    servers.push_back(std::make_unique<HttpTestServer>(answer_with_target));
  auto client = make_http_client(Environment());
  for (const auto& server : servers) EXPECT_EQ(fetch(*client, server->url("/x")), "/x");
  EXPECT_EQ(fetch(*client, servers.back()->url("/x")), "/x");
  EXPECT_EQ(servers.back()->accepted(), 1);
  EXPECT_EQ(fetch(*client, servers.front()->url("/x")), "/x");
  EXPECT_EQ(servers.front()->accepted(), 2);
}

// A server far ahead of its reader is held back by the kernel's socket buffers, which the
// process does not pay for: what this process holds is bounded.
TEST(HttpPoolTest, ASlowReaderBoundsWhatIsReceived) {
  constexpr std::size_t kTotal = 256 << 20;
  std::atomic<std::size_t> sent = 0;
  HttpTestServer server([&](const TestRequest&, TestConnection& connection) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kTotal) + "\r\n\r\n");
    const std::string block(65'536, 'x');
    while (sent < kTotal && connection.send(block)) sent += block.size();
  });
  auto client = make_http_client(Environment());
  Result<HttpResponse> response = client->send(get(server.url()));
  ASSERT_TRUE(response) << describe(response.error());
  Bytes byte(1);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(response->body->read(byte).value(), 1U);
  EXPECT_LT(sent, kTotal / 4);
}

TEST(HttpPoolTest, DeliversALargeBodyInAnyPieces) {
  std::string body;
  for (int i = 0; body.size() < (8U << 20); ++i) body += std::to_string(i) + "\n";
  HttpTestServer server(
      [&](const TestRequest&, TestConnection& connection) { connection.respond(200, {}, body); });
  auto client = make_http_client(Environment());
  for (std::size_t piece : {std::size_t{7'919}, std::size_t{65'536}, std::size_t{3 << 20}}) {
    Result<HttpResponse> response = client->send(get(server.url()));
    ASSERT_TRUE(response) << describe(response.error());
    std::string received;
    Bytes buffer(piece);
    while (std::size_t got = response->body->read(buffer).value()) {
      received += as_text(ByteView(buffer).first(got));
    }
    EXPECT_TRUE(received == body) << "in pieces of " << piece;
  }
  EXPECT_EQ(server.accepted(), 1);
}

}  // namespace
}  // namespace tallyman
