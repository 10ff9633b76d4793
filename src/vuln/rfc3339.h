#pragma once
// Time stamps of OSV documents (RFC 3339).

#include <optional>
#include <string_view>

#include "base/clock.h"

namespace tallyman {

// "2025-04-03T19:55:39.5Z" or with an offset; fractions beyond microseconds are cut. Nullopt for
// anything else.
std::optional<Microseconds> parse_rfc3339(std::string_view text);

}  // namespace tallyman
