// Pulls over real sockets from a registry that misbehaves.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "registry/registry.h"
#include "registry/testing/client.h"
#include "registry/testing/fake_registry.h"

namespace tallyman {
namespace {

using namespace testing_support;
using testing::SizeIs;
using Auth = FakeRegistry::Auth;

std::string layer_of(std::size_t size) {
  std::string content(size, '\0');
  for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<char>((i * 131 + i / 257) & 0xFF);
  return content;
}

// Sends the head of a 200 and `count` bytes of `content`.
void send_part(TestConnection& connection, const std::string& content, std::size_t count) {
  connection.send(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", content.size(),
                              content.substr(0, count)));
}

TEST(PullFaults, TransfersThatBreakAreResumed) {
  const std::string content = layer_of(3 << 20);
  for (std::size_t at : {std::size_t{1}, content.size() / 2, content.size() - 1}) {
    for (bool reset : {false, true}) {
      FakeRegistry fake(Auth::bearer);
      Descriptor blob = fake.add_blob(content);
      std::atomic<int> breaks = 1;
      fake.set_hook([&](const TestRequest& request, TestConnection& connection) {
        if (request.target.find("/blobs/") == std::string::npos || breaks-- <= 0) return false;
        send_part(connection, content, at);
        reset ? connection.reset() : connection.close();
        return true;
      });
      Client client(fake.host(), true);
      EXPECT_TRUE(client.blob(blob) == content)
          << at << " " << reset << " " << describe(client.error);
      auto requests = fake.requests("/v2/team/app/blobs/");
      ASSERT_THAT(requests, SizeIs(2));
      // What a reset lets through of the bytes sent before it is the kernel's affair.
      if (!reset) {
        EXPECT_EQ(requests[1].header("Range"), fmt::format("bytes={}-", at));
      }
    }
  }
}

TEST(PullFaults, TokensThatExpireMidPullAreRenewedOnce) {
  const std::string content = layer_of(100'000);
  FakeRegistry fake(Auth::bearer);
  Descriptor blob = fake.add_blob(content);
  std::atomic<bool> broken = false;
  fake.set_hook([&](const TestRequest& request, TestConnection& connection) {
    if (request.target.find("/blobs/") == std::string::npos || broken.exchange(true)) return false;
    send_part(connection, content, 50'000);
    fake.expire_tokens();
    connection.close();
    return true;
  });
  Client client(fake.host(), true);
  EXPECT_TRUE(client.blob(blob) == content) << describe(client.error);
  EXPECT_THAT(fake.requests("/token"), SizeIs(2));
}

TEST(PullFaults, OverloadIsWaitedOut) {
  FakeRegistry fake;
  Descriptor blob = fake.add_blob("content");
  std::atomic<int> refusals = 2;
  fake.set_hook([&](const TestRequest& request, TestConnection& connection) {
    if (request.target == "/v2/" || refusals-- <= 0) return false;
    if (refusals == 1) {
      connection.respond(503);
    } else {
      connection.respond(429, {{"Retry-After", "9"}});
    }
    return true;
  });
  Client client(fake.host());
  EXPECT_EQ(client.blob(blob), "content");
  EXPECT_GE(client.clock.passed(), std::chrono::seconds(9));
}

TEST(PullFaults, NobodyListens) {
  Client client(fmt::format("127.0.0.1:{}", closed_port()));
  EXPECT_EQ(client.manifest("1"), "http.refused");
  EXPECT_LE(client.clock.passed(), std::chrono::seconds(16));
}

TEST(PullFaults, FlippedBitsAreFound) {
  const std::string content = layer_of(100'000);
  FakeRegistry fake;
  Descriptor blob = fake.add_blob(content);
  fake.set_hook([&](const TestRequest& request, TestConnection& connection) {
    if (request.target == "/v2/") return false;
    std::string flipped = content;
    flipped[99'999] ^= 1;
    connection.respond(200, {}, flipped);
    return true;
  });
  Client client(fake.host());
  EXPECT_EQ(client.blob(blob), "registry.digest_mismatch");
}

TEST(PullFaults, ManyThreadsShareOneTokenAndOnePing) {
  FakeRegistry fake(Auth::bearer);
  std::vector<Descriptor> blobs;
  for (int i = 0; i < 8; ++i)
    blobs.push_back(fake.add_blob(layer_of(10'000 + static_cast<std::size_t>(i))));
  Client client(fake.host(), true);
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < blobs.size(); ++i) {
    threads.emplace_back([&, i] {
      auto reader = client.registry->blob("team/app", blobs[i]);
      if (!reader) return;
      auto bytes = read_all(**reader, 1 << 20);
      right += bytes && bytes->size() == blobs[i].size ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 8);
  EXPECT_THAT(fake.requests("/token"), SizeIs(1));
  std::vector<TestRequest> pings;
  for (TestRequest& request : fake.requests("/v2/")) {
    if (request.target == "/v2/") pings.push_back(request);
  }
  EXPECT_THAT(pings, SizeIs(1));
}

}  // namespace
}  // namespace tallyman
