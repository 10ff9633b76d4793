#pragma once
// Inventory x index -> findings.

#include <vector>

#include "model/finding.h"
#include "vuln/index.h"

namespace tallyman {

struct MatchResult {
  std::vector<Finding> findings;  // sorted as Report::findings
  Assessment assessment;          // covers only the index side: no index, release not covered,
                                  // ecosystem not covered, unknown distro
  std::vector<Problem> problems;
};

// `index` may be null: then nothing matches and the assessment says so.
MatchResult match(const Inventory& inventory, const VulnerabilityIndex* index);

// The OSV ecosystem of that distro's packages ("Debian:12", "Alpine:v3.19", "Ubuntu:22.04:LTS",
// "Wolfi", "AlmaLinux:9", "Rocky Linux:9", "Red Hat:enterprise_linux:8"); empty for a distro that
// we do not know.
std::string ecosystem_of(const Distro& distro);

}  // namespace tallyman
