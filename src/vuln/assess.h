#pragma once
// Whether matching may be relied on: the index side of design rule "assessed or not".

#include <span>
#include <string>
#include <vector>

#include "model/finding.h"
#include "vuln/distro_ecosystem.h"
#include "vuln/index.h"

namespace tallyman {

// Every reason why an empty list of findings would not mean "none": no index, an unknown
// distribution, a release that the index does not cover, no packages to look at, packages that
// are not the distribution's (`covered` is covered_ecosystems(); `index` may be null).
Assessment assess(const Inventory& inventory, const VulnerabilityIndex* index,
                  std::span<const std::string> covered);

// One problem a package type that is not the distribution's: those packages are not matched.
std::vector<Problem> foreign_packages(const Inventory& inventory, const DistroRule& rule);

}  // namespace tallyman
