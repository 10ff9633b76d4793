#include "vuln/merge_findings.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace tallyman {
namespace {

using Cves = std::set<std::string_view>;

Cves cves_of(const VulnerabilityRecord& record) {
  Cves cves;
  for (const std::string& alias : record.aliases) cves.insert(cve_of(alias));
  cves.insert(cve_of(record.id));
  cves.erase(std::string_view());
  return cves;
}

struct Group {
  std::vector<const MatchedRecord*> members;
  std::vector<const MatchedRecord*> advisories;  // with more CVEs than this one
};

Severity severity_of(const MatchedRecord& matched) {
  return matched.severity == Severity::unknown ? matched.record->severity : matched.severity;
}

FixState state_of(const AffectedRange& range) {
  if (!range.fixed.empty()) return FixState::fixed;
  bool open = range.last_affected.empty() && !range.introduced.empty();
  return open ? FixState::not_fixed : FixState::unknown;
}

// Smaller is better.
auto rank_of(const MatchedRecord& matched) {
  const VulnerabilityRecord& record = *matched.record;
  return std::tuple(matched.range.fixed.empty(), cve_of(record.id).empty(),
                    severity_of(matched) == Severity::unknown, -record.modified,
                    std::string_view(record.id), std::string_view(matched.ecosystem));
}

Finding lead_finding(std::size_t package, const MatchedRecord& matched) {
  const VulnerabilityRecord& record = *matched.record;
  Finding finding;
  finding.package = package;
  finding.id = record.id;
  finding.severity = severity_of(matched);
  finding.cvss_score = record.cvss_score;
  finding.cvss_vector = record.cvss_vector;
  finding.state = state_of(matched.range);
  finding.fixed_version = matched.range.fixed;
  finding.introduced = matched.range.introduced;
  finding.last_affected = matched.range.last_affected;
  finding.matched_name = matched.name;
  finding.matched_version = matched.version;
  finding.ecosystem = matched.ecosystem;
  finding.data_source = record.data_source;
  finding.summary = record.summary;
  finding.url = record.url;
  finding.published = record.published;
  finding.modified = record.modified;
  return finding;
}

// What the leading record does not know, another one of the group may.
void fill_gaps(Finding& finding, const MatchedRecord& other) {
  const VulnerabilityRecord& record = *other.record;
  if (finding.severity == Severity::unknown) finding.severity = severity_of(other);
  if (finding.cvss_vector.empty()) {
    finding.cvss_vector = record.cvss_vector;
    finding.cvss_score = record.cvss_score;
  }
  if (finding.summary.empty()) finding.summary = record.summary;
  if (finding.url.empty()) finding.url = record.url;
  if (finding.published == 0) finding.published = record.published;
}

Finding finding_of(std::size_t package, Group& group) {
  std::ranges::sort(group.members, {}, [](const MatchedRecord* m) { return rank_of(*m); });
  Finding finding = lead_finding(package, *group.members.front());
  std::set<std::string> aliases;
  for (const MatchedRecord* member : group.members) {
    fill_gaps(finding, *member);
    aliases.insert(member->record->id);
    aliases.insert(member->record->aliases.begin(), member->record->aliases.end());
  }
  for (const MatchedRecord* advisory : group.advisories) {
    fill_gaps(finding, *advisory);
    aliases.insert(advisory->record->id);
  }
  aliases.erase(finding.id);
  finding.aliases.assign(aliases.begin(), aliases.end());
  return finding;
}

}  // namespace

std::vector<Finding> merge_findings(std::size_t package, std::span<const MatchedRecord> matched) {
  std::map<Cves, Group> groups;
  std::vector<Group> alone;  // no CVE
  for (const MatchedRecord& one : matched) {
    Cves cves = cves_of(*one.record);
    if (cves.empty()) {
      alone.push_back({{&one}, {}});
    } else {
      groups[std::move(cves)].members.push_back(&one);
    }
  }
  std::vector<Finding> findings;
  for (Group& group : alone) findings.push_back(finding_of(package, group));
  for (auto& [cves, group] : groups) {
    if (cves.size() == 1) continue;
    std::size_t covered = 0;
    for (std::string_view cve : cves) {
      auto single = groups.find(Cves{cve});
      if (single == groups.end()) continue;
      ++covered;
      single->second.advisories.insert(single->second.advisories.end(), group.members.begin(),
                                       group.members.end());
    }
    if (covered < cves.size()) findings.push_back(finding_of(package, group));
  }
  for (auto& [cves, group] : groups) {
    if (cves.size() == 1) findings.push_back(finding_of(package, group));
  }
  return findings;
}

}  // namespace tallyman
