#include "base/clock.h"

#include <gtest/gtest.h>
#include <stdlib.h>

namespace tallyman {
namespace {

class FixedClock final : public Clock {
 public:
  Microseconds now() const override { return 42; }
  std::chrono::steady_clock::time_point monotonic() const override { return {}; }
  void sleep_for(std::chrono::milliseconds) override {}
};

TEST(Clock, FormatUtc) {
  EXPECT_EQ(format_utc(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_utc(1'795'532'444'999'999), "2026-11-24T15:00:44Z");
  EXPECT_EQ(format_utc(951'782'400'000'000), "2000-02-29T00:00:00Z");
  EXPECT_EQ(format_utc(-1), "1969-12-31T23:59:59Z");
}

TEST(Clock, SystemTimeIsPlausibleAndMonotonicTimeDoesNotRunBack) {
  EXPECT_GT(system_clock().now(), 1'700'000'000'000'000);
  auto before = system_clock().monotonic();
  EXPECT_GE(system_clock().monotonic(), before);
}

// One test, since the variable belongs to the whole process.
TEST(Clock, ReportTimeObeysSourceDateEpoch) {
  FixedClock clock;
  ::unsetenv("SOURCE_DATE_EPOCH");
  EXPECT_EQ(report_time(clock), 42);
  ::setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
  EXPECT_EQ(report_time(clock), 1'700'000'000'000'000);
  for (const char* nonsense :
       {"", "yesterday", "-1", "1e9", "99999999999999999999", "253402300800"}) {
    ::setenv("SOURCE_DATE_EPOCH", nonsense, 1);
    EXPECT_EQ(report_time(clock), 42) << nonsense;
  }
  ::unsetenv("SOURCE_DATE_EPOCH");
}

}  // namespace
}  // namespace tallyman
