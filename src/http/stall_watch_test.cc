#include "http/stall_watch.h"

#include <gtest/gtest.h>

namespace tallyman {
namespace {

using std::chrono::seconds;

TEST(StallWatchTest, SilenceStallsAfterTheWindow) {
  StallWatch watch(seconds(30));
  EXPECT_FALSE(watch.stalled(seconds(29), 0));
  EXPECT_EQ(watch.left(), seconds(1));
  EXPECT_TRUE(watch.stalled(seconds(1), 0));
}

TEST(StallWatchTest, ATrickleStalls) {
  StallWatch watch(seconds(30));
  bool stalled = false;
  for (int i = 0; i < 30; ++i) stalled = watch.stalled(seconds(1), 1000);
  EXPECT_TRUE(stalled);
}

TEST(StallWatchTest, TheRateItselfIsEnoughForEver) {
  StallWatch watch(seconds(30));
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(watch.stalled(seconds(1), 1024));
}

TEST(StallWatchTest, BytesThatComeWithoutWaitingCount) {
  StallWatch watch(seconds(30));
  EXPECT_FALSE(watch.stalled(seconds(0), 1 << 20));
  EXPECT_FALSE(watch.stalled(seconds(30), 0));
  EXPECT_TRUE(watch.stalled(seconds(30), 0));
}

TEST(StallWatchTest, ZeroSwitchesItOff) {
  StallWatch watch(seconds(0));
  EXPECT_FALSE(watch.stalled(seconds(1000), 0));
}

}  // namespace
}  // namespace tallyman
