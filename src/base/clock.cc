#include "base/clock.h"

#include <fmt/format.h>

#include <cstdlib>
#include <thread>

#include "base/text.h"

namespace tallyman {
namespace {

class SystemClock final : public Clock {
 public:
  Microseconds now() const override {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
  std::chrono::steady_clock::time_point monotonic() const override {
    return std::chrono::steady_clock::now();
  }
  void sleep_for(std::chrono::milliseconds time) override { std::this_thread::sleep_for(time); }
};

}  // namespace

Clock& system_clock() {
  static SystemClock clock;
  return clock;
}

std::string format_utc(Microseconds time) {
  using std::chrono::floor;
  std::chrono::sys_time<std::chrono::microseconds> point{std::chrono::microseconds(time)};
  auto day = floor<std::chrono::days>(point);
  std::chrono::year_month_day date(day);
  std::chrono::hh_mm_ss clock(floor<std::chrono::seconds>(point - day));
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

Microseconds report_time(const Clock& clock) {
  // Read once at start-up paths only; nothing in this program calls setenv.
  const char* epoch = std::getenv("SOURCE_DATE_EPOCH");  // NOLINT(concurrency-mt-unsafe)
  if (epoch != nullptr) {
    if (auto seconds = parse_u64(epoch); seconds && *seconds < 253402300800) {
      return static_cast<Microseconds>(*seconds) * 1'000'000;
    }
  }
  return clock.now();
}

}  // namespace tallyman
