#pragma once
// HTTP-date in its one current form, IMF-fixdate (RFC 9110, 5.6.7).

#include <optional>
#include <string_view>

#include "base/clock.h"

namespace tallyman {

// "Sun, 06 Nov 1994 08:49:37 GMT"; nullopt for anything else. The day of the week is not checked.
std::optional<Microseconds> parse_http_date(std::string_view text);

}  // namespace tallyman
