#pragma once
// The time of day and the monotonic time, so that tests can script both.

#include <chrono>
#include <cstdint>
#include <string>

namespace tallyman {

using Microseconds = std::int64_t;  // since 1970-01-01T00:00:00Z

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Microseconds now() const = 0;
  virtual std::chrono::steady_clock::time_point monotonic() const = 0;
  // Returns after `time`, or at once in tests.
  virtual void sleep_for(std::chrono::milliseconds time) = 0;
};

// The machine's clock.
Clock& system_clock();

// "2026-11-24T15:00:44Z".
std::string format_utc(Microseconds time);

// The time that reports carry: SOURCE_DATE_EPOCH when set, else `clock`'s.
Microseconds report_time(const Clock& clock);

}  // namespace tallyman
