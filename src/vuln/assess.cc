#include "vuln/assess.h"

#include <fmt/format.h>

#include <map>

#include "vuln/match.h"

namespace tallyman {
namespace {

std::string distro_reason(const Inventory& inventory) {
  if (!inventory.distro) {
    return inventory.packages.empty()
               ? "no operating system packages and no distribution were recognised"
               : "no distribution was recognised";
  }
  if (find_distro_rule(*inventory.distro) == nullptr) {
    return fmt::format("unknown distribution '{}'", inventory.distro->id);
  }
  return {};
}

}  // namespace

Assessment assess(const Inventory& inventory, const VulnerabilityIndex* index,
                  std::span<const std::string> covered) {
  Assessment assessment;
  std::vector<std::string>& reasons = assessment.reasons;
  if (index == nullptr) reasons.emplace_back("there is no vulnerability data");
  std::string unknown = distro_reason(inventory);
  if (!unknown.empty() || !inventory.distro) {
    reasons.push_back(std::move(unknown));
  } else {
    if (index != nullptr && covered.empty()) {
      reasons.push_back(
          fmt::format("the vulnerability data does not cover {}", ecosystem_of(*inventory.distro)));
    }
    if (inventory.packages.empty()) {
      reasons.emplace_back("no operating system packages were found");
    }
    const DistroRule& rule = *find_distro_rule(*inventory.distro);
    for (const Problem& problem : foreign_packages(inventory, rule)) {
      reasons.push_back(problem.message);
    }
  }
  assessment.assessed = reasons.empty();
  return assessment;
}

std::vector<Problem> foreign_packages(const Inventory& inventory, const DistroRule& rule) {
  std::map<std::string_view, std::size_t> counts;
  for (const Package& package : inventory.packages) {
    if (package.type != rule.package_type) ++counts[package.type];
  }
  std::vector<Problem> problems;
  for (const auto& [type, count] : counts) {
    problems.push_back({"match.foreign_packages",
                        {},
                        fmt::format("{} {} packages were not matched: those of {} are {}", count,
                                    type, rule.id, rule.package_type),
                        false});
  }
  return problems;
}

}  // namespace tallyman
