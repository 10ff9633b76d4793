#include "image/layer_reader.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace tallyman {
namespace {

TEST(MemoryBudget, RefusesOnlyWhatNeverFits) {
  MemoryBudget budget(100);
  EXPECT_FALSE(budget.take(101));
  EXPECT_FALSE(budget.take(UINT64_MAX));
  EXPECT_TRUE(budget.take(100));
  budget.give(100);
  EXPECT_TRUE(budget.take(100));
}

TEST(MemoryBudget, WaitsForOthersToGive) {
  MemoryBudget budget(100);
  std::atomic<int> held = 0;
  std::atomic<int> most = 0;
  std::atomic<int> refused = 0;
  auto work = [&] {
    for (int i = 0; i < 1000; ++i) {
      if (!budget.take(60)) ++refused;
      most = std::max(most.load(), ++held);
      --held;
      budget.give(60);
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(work);
  }
  EXPECT_EQ(refused, 0);
  EXPECT_EQ(most, 1);
}

}  // namespace
}  // namespace tallyman
