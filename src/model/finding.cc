#include "model/finding.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"

namespace tallyman {
namespace {

struct SeverityName {
  std::string_view name;
  Severity severity;
};
// The first six in the order of the enumeration; the rest are other people's words for them.
constexpr std::array<SeverityName, 10> kSeverities = {{{"unknown", Severity::unknown},
                                                       {"negligible", Severity::negligible},
                                                       {"low", Severity::low},
                                                       {"medium", Severity::medium},
                                                       {"high", Severity::high},
                                                       {"critical", Severity::critical},
                                                       {"moderate", Severity::medium},
                                                       {"important", Severity::high},
                                                       {"none", Severity::negligible},
                                                       {"unimportant", Severity::negligible}}};

}  // namespace

std::string_view cve_of(std::string_view id) {
  constexpr std::string_view kPrefix = "CVE-";
  std::size_t at = id.rfind(kPrefix);
  if (at == std::string_view::npos || (at > 0 && id[at - 1] != '-')) return {};
  std::string_view cve = id.substr(at);
  Cut number = cut(cve.substr(kPrefix.size()), '-');
  bool valid = number.before.size() == 4 && number.after.size() >= 4 &&
               std::ranges::all_of(number.before, is_digit) &&
               std::ranges::all_of(number.after, is_digit);
  return valid ? cve : std::string_view();
}

std::string_view to_string(Severity severity) {
  return kSeverities[static_cast<std::size_t>(severity)].name;
}

std::optional<Severity> parse_severity(std::string_view text) {
  for (const SeverityName& known : kSeverities) {
    if (equals_ignoring_case(known.name, text)) return known.severity;
  }
  return std::nullopt;
}

std::string_view to_string(FixState state) {
  switch (state) {
    case FixState::fixed:
      return "fixed";
    case FixState::not_fixed:
      return "not-fixed";
    case FixState::unknown:
      return "unknown";
  }
  return "unknown";
}

std::string Finding::display_id() const {
  if (std::string_view own = cve_of(id); !own.empty()) return std::string(own);
  std::set<std::string_view> cves;
  for (const std::string& alias : aliases) {
    if (std::string_view cve = cve_of(alias); !cve.empty()) cves.insert(cve);
  }
  return cves.size() == 1 ? std::string(*cves.begin()) : id;
}

}  // namespace tallyman
