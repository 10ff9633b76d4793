#include "vuln/rfc3339.h"

#include <chrono>

#include "base/text.h"

namespace tallyman {
namespace {

// Takes exactly `digits` decimal digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (!is_digit(text[i])) return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take_char(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::chrono::sys_days> take_date(std::string_view& text) {
  std::optional<int> year = take_number(text, 4);
  if (!year || !take_char(text, "-")) return std::nullopt;
  std::optional<int> month = take_number(text, 2);
  if (!month || !take_char(text, "-")) return std::nullopt;
  std::optional<int> day = take_number(text, 2);
  if (!day) return std::nullopt;
  std::chrono::year_month_day date{std::chrono::year(*year),
                                   std::chrono::month(static_cast<unsigned>(*month)),
                                   std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

// "HH:MM", in minutes.
std::optional<int> take_minutes(std::string_view& text) {
  std::optional<int> hour = take_number(text, 2);
  if (!hour || *hour > 23 || !take_char(text, ":")) return std::nullopt;
  std::optional<int> minute = take_number(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  return *hour * 60 + *minute;
}

// ".123456789" as microseconds; 0 when absent.
std::optional<Microseconds> take_fraction(std::string_view& text) {
  if (!take_char(text, ".")) return 0;
  Microseconds value = 0;
  std::size_t digits = 0;
  for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1), ++digits) {
    if (digits < 6) value = value * 10 + (text.front() - '0');
  }
  if (digits == 0) return std::nullopt;
  for (; digits < 6; ++digits) value *= 10;
  return value;
}

// "Z" or "+HH:MM", in minutes east.
std::optional<int> take_offset(std::string_view& text) {
  if (take_char(text, "Zz")) return 0;
  bool east = !text.empty() && text.front() == '+';
  if (!take_char(text, "+-")) return std::nullopt;
  std::optional<int> minutes = take_minutes(text);
  if (!minutes) return std::nullopt;
  return east ? *minutes : -*minutes;
}

}  // namespace

std::optional<Microseconds> parse_rfc3339(std::string_view text) {
  std::optional<std::chrono::sys_days> date = take_date(text);
  if (!date || !take_char(text, "Tt ")) return std::nullopt;
  std::optional<int> minutes = take_minutes(text);
  if (!minutes || !take_char(text, ":")) return std::nullopt;
  std::optional<int> second = take_number(text, 2);
  if (!second || *second > 60) return std::nullopt;
  std::optional<Microseconds> fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  std::optional<int> offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  auto days = Microseconds{date->time_since_epoch().count()};
  Microseconds seconds = (days * 1440 + *minutes - *offset) * 60 + *second;
  return seconds * 1'000'000 + *fraction;
}

}  // namespace tallyman
