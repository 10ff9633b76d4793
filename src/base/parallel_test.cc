#include "base/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace tallyman {
namespace {

TEST(Parallel, EveryTaskOnce) {
  for (std::size_t threads : {0U, 1U, 2U, 7U, 100U}) {
    std::vector<std::atomic<int>> calls(50);
    run_parallel(calls.size(), threads, [&](std::size_t i) { ++calls[i]; });
    for (const auto& count : calls) EXPECT_EQ(count, 1) << threads;
  }
  run_parallel(0, 4, [](std::size_t) { ADD_FAILURE(); });
}

TEST(Parallel, NoMoreThreadsThanAsked) {
  std::mutex mutex;
  std::set<std::thread::id> seen;
  run_parallel(200, 3, [&](std::size_t) {
    std::lock_guard lock(mutex);
    seen.insert(std::this_thread::get_id());
  });
  EXPECT_LE(seen.size(), 3U);
  seen.clear();
  run_parallel(5, 1, [&](std::size_t) { seen.insert(std::this_thread::get_id()); });
  EXPECT_EQ(seen, std::set{std::this_thread::get_id()});
}

// Two tasks that wait for each other end only if both run at once.
TEST(Parallel, RunsAtTheSameTime) {
  std::atomic<int> arrived = 0;
  run_parallel(2, 2, [&](std::size_t) {
    ++arrived;
    while (arrived < 2) std::this_thread::yield();
  });
  EXPECT_EQ(arrived, 2);
}

TEST(Parallel, StartsInOrder) {
  std::vector<std::size_t> order;
  run_parallel(5, 1, [&](std::size_t i) { order.push_back(i); });
  EXPECT_EQ(order, (std::vector<std::size_t>{0, 1, 2, 3, 4}));
}

TEST(Parallel, UsableProcessors) { EXPECT_GE(usable_processors(), 1U); }

}  // namespace
}  // namespace tallyman
