#pragma once
// CVSS vectors (FIRST: a complete guide to v2, v3.0 and v3.1 specifications, v4.0 specification)
// and their base scores.

#include <optional>
#include <string_view>

#include "model/finding.h"

namespace tallyman {

struct CvssScore {
  int version = 0;             // 2, 3 or 4
  std::optional<double> base;  // 0.0-10.0, one decimal; v4 vectors are checked but not scored
  Severity severity = Severity::unknown;  // by the version's rating scale; v3 "none" is negligible
};

// Reads "AV:N/AC:L/Au:N/C:P/I:P/A:P", "CVSS:3.1/..." or "CVSS:4.0/...": every base metric exactly
// once with a value of its version; other metrics are let through. Nullopt otherwise.
std::optional<CvssScore> score_cvss(std::string_view vector);

}  // namespace tallyman
