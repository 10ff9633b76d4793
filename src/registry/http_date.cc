#include "registry/http_date.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace tallyman {
namespace {

// REQUIRES digits.
unsigned number(std::string_view digits) {
  return static_cast<unsigned>(parse_u64(digits).value_or(0));
}

// 1 to 12; 0 if it is none.
unsigned month_number(std::string_view name) {
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  auto found = std::ranges::find(kMonths, name);
  return found == kMonths.end() ? 0 : static_cast<unsigned>(found - kMonths.begin()) + 1;
}

// The fixed columns of an IMF-fixdate; '0' stands for any digit and '*' for anything.
constexpr std::string_view kShape = "***, 00 *** 0000 00:00:00 GMT";

bool has_shape(std::string_view text) {
  return std::ranges::equal(text, kShape, [](char c, char shape) {
    return shape == '*' || (shape == '0' ? is_digit(c) : c == shape);
  });
}

}  // namespace

std::optional<Microseconds> parse_http_date(std::string_view text) {
  namespace chrono = std::chrono;
  if (!has_shape(text)) return std::nullopt;
  chrono::year_month_day date{chrono::year(static_cast<int>(number(text.substr(12, 4)))),
                              chrono::month(month_number(text.substr(8, 3))),
                              chrono::day(number(text.substr(5, 2)))};
  unsigned hour = number(text.substr(17, 2));
  unsigned minute = number(text.substr(20, 2));
  unsigned second = number(text.substr(23, 2));
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) {
    return std::nullopt;
  }
  auto time = chrono::sys_days(date) + chrono::hours(hour) + chrono::minutes(minute) +
              chrono::seconds(second);
  return chrono::duration_cast<chrono::microseconds>(time.time_since_epoch()).count();
}

}  // namespace tallyman
