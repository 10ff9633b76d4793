#pragma once
// Decides when a body has become too slow. Only time spent waiting for the peer counts, so a
// slow consumer is never taken for a slow server.

#include <chrono>
#include <cstdint>

namespace tallyman {

class StallWatch {
 public:
  // Below this rate a connection counts as stalled.
  static constexpr std::uint64_t kBytesPerSecond = 1024;

  // `window`: waiting time to average over; 0 switches the watch off.
  explicit StallWatch(std::chrono::nanoseconds window) : window_(window) {}

  // Notes that `bytes` arrived after waiting for `waited`. True if a full window of waiting has
  // brought fewer bytes than the rate asks.
  bool stalled(std::chrono::nanoseconds waited, std::uint64_t bytes);

  // Waiting time left in the window; zero if the watch is off.
  std::chrono::nanoseconds left() const { return window_ - waited_; }
  bool enabled() const { return window_.count() > 0; }

 private:
  std::chrono::nanoseconds window_;
  std::chrono::nanoseconds waited_{0};
  std::uint64_t bytes_ = 0;
};

}  // namespace tallyman
