#include "http/body_buffer.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace tallyman {
namespace {

TEST(BodyBufferTest, FillsLentMemoryFirstAndHoldsTheRest) {
  BodyBuffer buffer;
  std::array<std::uint8_t, 4> into{};
  buffer.lend(into);
  EXPECT_TRUE(buffer.accept(as_bytes("abc")));
  EXPECT_TRUE(buffer.accept(as_bytes("defgh")));
  EXPECT_EQ(buffer.filled(), 4U);
  EXPECT_EQ(buffer.take_back(), 4U);
  EXPECT_EQ(as_text(into), "abcd");
  EXPECT_EQ(buffer.drain(into), 4U);
  EXPECT_EQ(as_text(into), "efgh");
  EXPECT_EQ(buffer.drain(into), 0U);
}

TEST(BodyBufferTest, RefusesWholeDeliveriesBeyondItsBound) {
  BodyBuffer buffer;
  const std::string half(BodyBuffer::kMaxHeld / 2, 'x');
  EXPECT_TRUE(buffer.accept(as_bytes(half)));
  EXPECT_TRUE(buffer.accept(as_bytes(half)));
  EXPECT_FALSE(buffer.accept(as_bytes("y")));
  Bytes into(BodyBuffer::kMaxHeld);
  EXPECT_EQ(buffer.drain(into), BodyBuffer::kMaxHeld);
  EXPECT_TRUE(buffer.accept(as_bytes("y")));
}

TEST(BodyBufferTest, DiscardTakesEverythingAndHoldsNothing) {
  BodyBuffer buffer;
  buffer.discard();
  const std::string large(BodyBuffer::kMaxHeld * 2, 'x');
  EXPECT_TRUE(buffer.accept(as_bytes(large)));
  std::array<std::uint8_t, 4> into{};
  EXPECT_EQ(buffer.drain(into), 0U);
}

}  // namespace
}  // namespace tallyman
