#pragma once
// `tallyman version compare` and `tallyman version check`, without input and output.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tallyman {

// "<", "=" or ">": how `a` stands to `b` in that scheme. Kind invalid, code
// "version.unknown_scheme" (the hint lists the schemes).
Result<std::string_view> compare_versions(std::string_view scheme, std::string_view a,
                                          std::string_view b);

// A row "scheme a op b" that is not true. The texts are as written.
struct VersionMismatch {
  std::size_t line = 0;  // 1 is the header
  std::string scheme;
  std::string a;
  std::string op;
  std::string b;
  std::string_view actual;  // "<", "=" or ">"
};

struct VersionCheck {
  std::size_t rows = 0;                     // rows that could be judged
  std::vector<VersionMismatch> mismatches;  // in file order
  // Rows that could not be judged, in file order, each context naming its line; kind invalid,
  // codes "version.malformed_row" (fewer than four columns), "version.unknown_scheme",
  // "version.unknown_operator".
  std::vector<Error> errors;
};

// Bounds of one table.
inline constexpr std::size_t kVersionTableBytes = 64 << 20;
inline constexpr std::size_t kVersionTableLines = 1'000'000;

// Judges a tab-separated table: a header line beginning "scheme a op b", then one comparison a
// row; op is <, <=, =, >= or >; further columns and empty lines are ignored. Errors about the
// table as a whole: invalid "version.no_header", too_large "version.too_large".
Result<VersionCheck> check_versions(std::string_view tsv);

}  // namespace tallyman
