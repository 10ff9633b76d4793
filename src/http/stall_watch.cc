#include "http/stall_watch.h"

namespace tallyman {

bool StallWatch::stalled(std::chrono::nanoseconds waited, std::uint64_t bytes) {
  if (!enabled()) return false;
  waited_ += waited;
  bytes_ += bytes;
  if (waited_ < window_) return false;
  const double seconds = std::chrono::duration<double>(waited_).count();
  const bool slow = static_cast<double>(bytes_) < seconds * kBytesPerSecond;
  waited_ = {};
  bytes_ = 0;
  return slow;
}

}  // namespace tallyman
