#include "vuln/match.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "vuln/assess.h"
#include "vuln/distro_ecosystem.h"
#include "vuln/merge_findings.h"
#include "vuln/range.h"

namespace tallyman {
namespace {

// One name under which records may speak of a package.
struct Lookup {
  std::string_view name;
  InstalledVersion version;
};

std::vector<Lookup> lookups_of(const Package& package, const DistroRule& rule,
                               const VersionScheme& scheme) {
  bool own_source = package.source_name.empty() || package.source_name == package.name;
  bool own_version = package.source_version.empty() || package.source_version == package.version;
  Lookup binary{package.name, {package.version, &scheme, true}};
  Lookup source{own_source ? std::string_view(package.name) : package.source_name,
                {own_version ? package.version : package.source_version, &scheme, own_version}};
  switch (rule.names) {
    case NameKind::source:
      return {source};
    case NameKind::binary:
      return {binary};
    case NameKind::source_and_binary:
      break;
  }
  return own_source && own_version ? std::vector{binary} : std::vector{source, binary};
}

// True when `a` tells the user more: a fix is known, and the nearest one.
bool is_better(const AffectedRange& a, const AffectedRange& b, const VersionScheme& scheme) {
  if (a.fixed.empty() != b.fixed.empty()) return b.fixed.empty();
  return !a.fixed.empty() && scheme.compare(a.fixed, b.fixed) < 0;
}

class PackageMatcher {
 public:
  PackageMatcher(const VulnerabilityIndex& index, const DistroRule& rule,
                 const std::vector<std::string>& ecosystems)
      : index_(index),
        rule_(rule),
        ecosystems_(ecosystems),
        scheme_(*find_version_scheme(rule.package_type)) {}

  // Every record that affects the package, each once.
  std::vector<MatchedRecord> match(const Package& package) {
    found_.clear();
    for (const Lookup& lookup : lookups_of(package, rule_, scheme_)) {
      for (const std::string& ecosystem : ecosystems_) {
        EntryList entries = index_.lookup(ecosystem, lookup.name);
        for (std::size_t i = 0; i < entries.size();) {
          i = match_record(package, lookup, ecosystem, entries, i);
        }
      }
    }
    std::vector<MatchedRecord> matched;
    for (auto& [ordinal, one] : found_) matched.push_back(one);
    return matched;
  }

 private:
  // Looks at all entries of one record, from `i` on; returns the first that is of another. A
  // module is built several times for one advisory, so a record may list a package with several
  // fixed versions; being one of these builds is being fixed.
  std::size_t match_record(const Package& package, const Lookup& lookup, std::string_view ecosystem,
                           const EntryList& entries, std::size_t i) {
    IndexEntry entry = entries[i];
    MatchedRecord best{entry.record,        nullptr,  {}, Severity::unknown, lookup.name,
                       lookup.version.text, ecosystem};
    bool affected = false;
    bool is_fixed_build = false;
    for (std::uint32_t record = entry.record; entry.record == record;) {
      std::optional<AffectedRange> range = affecting_range(lookup.version, entry);
      is_fixed_build = is_fixed_build || is_built_as_fixed(lookup.version, entry);
      if (range && !entry.errata_only &&
          same_modularity(entry.module, range->fixed, package.modularity, lookup.version.text)) {
        if (!affected || is_better(*range, best.range, scheme_)) {
          best.range = *range;
          best.severity = entry.severity;
        }
        affected = true;
      }
      if (++i == entries.size()) break;
      entry = entries[i];
    }
    if (affected && !is_fixed_build) keep(best);
    return i;
  }

  static bool is_built_as_fixed(const InstalledVersion& installed, const IndexEntry& entry) {
    if (!is_modular(installed.text)) return false;
    for (std::size_t i = 0; i < entry.ranges.size(); ++i) {
      std::string_view fixed = entry.ranges[i].fixed;
      if (!fixed.empty() && compare_installed(installed, fixed) == 0) return true;
    }
    return false;
  }

  // The same record may be found under two names or in two repositories.
  void keep(const MatchedRecord& matched) {
    auto [known, is_new] = found_.try_emplace(matched.ordinal, matched);
    if (!is_new && is_better(matched.range, known->second.range, scheme_)) known->second = matched;
  }

  const VulnerabilityIndex& index_;
  const DistroRule& rule_;
  const std::vector<std::string>& ecosystems_;
  const VersionScheme& scheme_;
  std::map<std::uint32_t, MatchedRecord> found_;
};

using Records = std::map<std::uint32_t, VulnerabilityRecord>;

// The details of everything that matched, by ascending ordinal: each block is unpacked once.
Result<Records> read_records(const VulnerabilityIndex& index,
                             const std::vector<std::vector<MatchedRecord>>& matched) {
  Records records;
  for (const std::vector<MatchedRecord>& of_package : matched) {
    for (const MatchedRecord& one : of_package) records.try_emplace(one.ordinal);
  }
  RecordReader reader(index);
  for (auto& [ordinal, record] : records) record = TRY(reader.read(ordinal));
  return records;
}

void sort_findings(std::vector<Finding>& findings) {
  std::ranges::sort(findings, [](const Finding& a, const Finding& b) {
    if (a.severity != b.severity) return a.severity > b.severity;
    return std::tie(a.package, a.id) < std::tie(b.package, b.id);
  });
}

}  // namespace

MatchResult match(const Inventory& inventory, const VulnerabilityIndex* index) {
  MatchResult result;
  std::vector<std::string> ecosystems;
  if (index != nullptr && inventory.distro) {
    ecosystems = covered_ecosystems(*inventory.distro, *index);
  }
  result.assessment = assess(inventory, index, ecosystems);
  const DistroRule* rule = inventory.distro ? find_distro_rule(*inventory.distro) : nullptr;
  if (rule != nullptr) result.problems = foreign_packages(inventory, *rule);
  if (rule == nullptr || ecosystems.empty()) return result;

  PackageMatcher matcher(*index, *rule, ecosystems);
  std::vector<std::vector<MatchedRecord>> matched;
  for (const Package& package : inventory.packages) {
    bool ours = package.type == rule->package_type;
    matched.push_back(ours ? matcher.match(package) : std::vector<MatchedRecord>{});
  }
  Result<Records> records = read_records(*index, matched);
  if (!records) {
    result.assessment.assessed = false;
    result.assessment.reasons.emplace_back("the vulnerability data is damaged");
    result.problems.push_back({records.error().code, {}, records.error().context, false});
    return result;
  }
  for (std::size_t i = 0; i < matched.size(); ++i) {
    for (MatchedRecord& one : matched[i]) one.record = &records->at(one.ordinal);
    std::ranges::move(merge_findings(i, matched[i]), std::back_inserter(result.findings));
  }
  sort_findings(result.findings);
  return result;
}

}  // namespace tallyman
