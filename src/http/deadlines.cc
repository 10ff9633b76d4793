#include "http/deadlines.h"

#include <fmt/format.h>

#include <algorithm>

namespace tallyman {

using std::chrono::milliseconds;

Deadlines::Deadlines(const HttpRequest& request, Time now)
    : first_byte_(request.first_byte_timeout),
      stall_(request.stall_timeout),
      total_(request.total_timeout),
      watch_(request.stall_timeout) {
  if (total_.count() > 0) total_at_ = now + total_;
}

void Deadlines::request_sent(Time now) {
  if (phase_ != Phase::connecting) return;
  phase_ = Phase::sent;
  if (first_byte_.count() > 0) first_byte_at_ = now + first_byte_;
}

void Deadlines::waited(std::chrono::nanoseconds time, std::uint64_t bytes) {
  if (phase_ == Phase::body) stalled_ |= watch_.stalled(time, bytes);
}

std::optional<std::string> Deadlines::passed(Time now) const {
  if (now >= total_at_) return fmt::format("not done within {} ms", total_.count());
  if (phase_ == Phase::sent && now >= first_byte_at_) {
    return fmt::format("no response within {} ms", first_byte_.count());
  }
  if (stalled_) return fmt::format("less than 1 KiB/s for {} ms", stall_.count());
  return std::nullopt;
}

milliseconds Deadlines::until_next(Time now) const {
  constexpr milliseconds kLongest{1000};
  Time next = std::min(now + kLongest, total_at_);
  if (phase_ == Phase::sent) next = std::min(next, first_byte_at_);
  if (phase_ == Phase::body && watch_.enabled()) next = std::min(next, now + watch_.left());
  return std::max(std::chrono::ceil<milliseconds>(next - now), milliseconds{1});
}

}  // namespace tallyman
