#pragma once
// Several records often tell the same of one package: the distribution's record of a CVE, the
// advisory that fixed it, a twin under another id. A report shows one row a vulnerability.

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "model/finding.h"
#include "vuln/index.h"

namespace tallyman {

// One record that affects one package, with what decided it.
struct MatchedRecord {
  std::uint32_t ordinal = 0;
  const VulnerabilityRecord* record = nullptr;  // set before merging
  AffectedRange range;
  Severity severity = Severity::unknown;  // of the entry; unknown: the record's counts
  std::string_view name;                  // that was looked up
  std::string_view version;               // that was compared
  std::string_view ecosystem;
};

// The rows of `package` (its number in the inventory), in no particular order:
// - records that name exactly one CVE, the same one, become one row; the best one leads (fix
//   known, then the CVE in its own id, then a severity known, then the newest, then the id), the
//   others are its aliases and fill what it leaves empty;
// - a record that names several CVEs is a row of its own only if one of them has none, and an
//   alias of those that have; two that name the same CVEs are one row;
// - a record that names no CVE is a row of its own.
std::vector<Finding> merge_findings(std::size_t package, std::span<const MatchedRecord> matched);

}  // namespace tallyman
