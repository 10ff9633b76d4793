#include "http/response_head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace tallyman {
namespace {

void feed(ResponseHead& head, std::string_view text) {
  while (!text.empty()) {
    std::size_t end = text.find('\n') + 1;
    ASSERT_TRUE(head.add_line(text.substr(0, end)));
    text.remove_prefix(end);
  }
}

TEST(ResponseHeadTest, CollectsStatusAndFields) {
  ResponseHead head;
  feed(head, "HTTP/1.1 404 Not Found\r\nA: 1\r\nb:2 \r\na: 3\r\n");
  EXPECT_FALSE(head.complete());
  feed(head, "\r\n");
  ASSERT_TRUE(head.complete());
  EXPECT_EQ(head.status(), 404);
  HttpHeaders headers = head.take_headers();
  EXPECT_EQ(headers.get("a"), "1");
  EXPECT_EQ(headers.get("B"), "2");
  EXPECT_EQ(headers.get("c"), std::nullopt);
  EXPECT_THAT(headers.get_all("A"), testing::ElementsAre("1", "3"));
}

TEST(ResponseHeadTest, SkipsInterimResponses) {
  ResponseHead head;
  feed(head, "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
  EXPECT_FALSE(head.complete());
  feed(head, "HTTP/2 200\r\nA: 1\r\n\r\n");
  EXPECT_EQ(head.status(), 200);
  HttpHeaders headers = head.take_headers();
  EXPECT_FALSE(headers.get("Link"));
  EXPECT_TRUE(headers.get("A"));
}

TEST(ResponseHeadTest, JoinsFoldedFieldsAndSkipsNonsense) {
  ResponseHead head;
  feed(head,
       "HTTP/1.1 401 No\r\n stray\r\nno colon\r\nWWW-Authenticate: Bearer a,\r\n\t b\r\n\r\n");
  EXPECT_EQ(head.take_headers().get("www-authenticate"), "Bearer a, b");
}

TEST(ResponseHeadTest, CapsTheTotal) {
  ResponseHead head;
  feed(head, "HTTP/1.1 200 OK\r\n");
  const std::string line = "X-Filler: " + std::string(1012, 'x') + "\r\n";
  bool taken = true;
  std::size_t bytes = 17;
  while (taken) {
    taken = head.add_line(line);
    bytes += line.size();
    EXPECT_EQ(taken, bytes <= ResponseHead::kMaxBytes);
  }
}

TEST(ResponseHeadTest, CapsInterimResponsesAndTrailersToo) {
  ResponseHead interim;
  bool taken = true;
  for (int i = 0; i < 20'000 && taken; ++i) {
    taken = interim.add_line("HTTP/1.1 100 Continue\r\n") && interim.add_line("\r\n");
  }
  EXPECT_FALSE(taken);
  ResponseHead trailers;
  feed(trailers, "HTTP/1.1 200 OK\r\n\r\n");
  EXPECT_TRUE(trailers.add_line("T: 1\r\n"));
  EXPECT_FALSE(trailers.add_line(std::string(ResponseHead::kMaxBytes, 'x')));
}

}  // namespace
}  // namespace tallyman
