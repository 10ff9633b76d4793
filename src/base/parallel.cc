#include "base/parallel.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>
#include <vector>

namespace tallyman {

void run_parallel(std::size_t count, std::size_t threads,
                  const std::function<void(std::size_t)>& task) {
  std::atomic<std::size_t> next = 0;
  auto work = [&]() noexcept {
    for (std::size_t i = next++; i < count; i = next++) task(i);
  };
  std::vector<std::jthread> helpers;
  std::size_t wanted = std::min(threads, count);
  bool more = true;
  for (std::size_t i = 1; i < wanted && more; ++i) {
    try {
      helpers.emplace_back(work);
    } catch (const std::system_error&) {
      more = false;  // the machine gives no more threads: those that there are do all the work
    }
  }
  work();
}

std::size_t usable_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  return static_cast<std::size_t>(std::max(1, CPU_COUNT(&set)));
}

}  // namespace tallyman
