#pragma once
// The time-outs of one transfer after it is connected: first byte, stall, total.

#include <chrono>
#include <optional>
#include <string>

#include "http/client.h"
#include "http/stall_watch.h"

namespace tallyman {

class Deadlines {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Deadlines(const HttpRequest& request, Time now);

  // The request is on its way: the wait for the first byte begins. Only the first call counts.
  void request_sent(Time now);
  // The head is in: from now on the stall watch runs.
  void head_received() { phase_ = Phase::body; }
  // Notes a wait and the body bytes that came since the last one.
  void waited(std::chrono::nanoseconds time, std::uint64_t bytes);

  // The time-out that has passed, as text for people; nullopt while there is none.
  std::optional<std::string> passed(Time now) const;
  // How long to wait at most before asking again, at least 1 ms.
  std::chrono::milliseconds until_next(Time now) const;

 private:
  enum class Phase : std::uint8_t { connecting, sent, body };

  Phase phase_ = Phase::connecting;
  std::chrono::milliseconds first_byte_;
  std::chrono::milliseconds stall_;
  std::chrono::milliseconds total_;
  Time first_byte_at_ = Time::max();
  Time total_at_ = Time::max();
  StallWatch watch_;
  bool stalled_ = false;
};

}  // namespace tallyman
