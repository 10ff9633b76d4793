#include "vuln/osv_ids.h"

#include <algorithm>
#include <array>
#include <span>

#include "model/finding.h"

namespace tallyman {
namespace {

constexpr auto kAdvisoryPrefixes = std::to_array<std::string_view>(
    {"ALSA-", "ALBA-", "ALEA-",     "RLSA-",  "RLBA-", "RLEA-", "RXSA-", "RHSA-",
     "RHBA-", "RHEA-", "DSA-",      "DLA-",   "DTSA-", "ELA-",  "USN-",  "LSN-",
     "CGA-",  "SUSE-", "openSUSE-", "MGASA-", "OESA-", "PHSA-"});

constexpr auto kErrataPrefixes =
    std::to_array<std::string_view>({"ALBA-", "ALEA-", "RLBA-", "RLEA-", "RHBA-", "RHEA-"});

bool starts_with_any(std::string_view id, std::span<const std::string_view> prefixes) {
  return std::ranges::any_of(prefixes, [&](std::string_view p) { return id.starts_with(p); });
}

void add_with_cve(std::vector<std::string_view>& ids, std::string_view id) {
  if (id.empty()) return;
  ids.push_back(id);
  if (std::string_view cve = cve_of(id); !cve.empty()) ids.push_back(cve);
}

}  // namespace

bool is_distribution_advisory(std::string_view id) {
  return starts_with_any(id, kAdvisoryPrefixes);
}

bool is_errata(std::string_view id) { return starts_with_any(id, kErrataPrefixes); }

std::vector<std::string_view> collect_aliases(std::string_view id, const JsonElement& document) {
  std::vector<std::string_view> ids;
  add_with_cve(ids, id);
  for (std::string_view key : {"aliases", "upstream"}) {
    json_items(document, key, [&](const JsonElement& item) { add_with_cve(ids, json_text(item)); });
  }
  bool names_cve =
      std::ranges::any_of(ids, [](std::string_view one) { return !cve_of(one).empty(); });
  if (!names_cve && is_distribution_advisory(id)) {
    json_items(document, "related", [&](const JsonElement& item) {
      if (std::string_view cve = cve_of(json_text(item)); !cve.empty()) ids.push_back(cve);
    });
  }
  std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  std::erase(ids, id);
  return ids;
}

}  // namespace tallyman
