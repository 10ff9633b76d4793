#include "vuln/osv_severity.h"

#include "vuln/cvss.h"

namespace tallyman {
namespace {

// "none" in a source's own field means "not rated" (bug-fix advisories), not "harmless".
Severity word(std::string_view text) {
  if (text == "None" || text == "none") return Severity::unknown;
  return parse_severity(text).value_or(Severity::unknown);
}

Severity word_in(const JsonElement& object, std::string_view member,
                 std::initializer_list<std::string_view> keys) {
  Severity found = Severity::unknown;
  json_member(object, member, [&](const JsonElement& specific) {
    for (std::string_view key : keys) {
      if (found == Severity::unknown) found = word(json_text(specific, key));
    }
  });
  return found;
}

// "Important: firefox security update", "RHSA-2007:0494: kdebase security update (Important)".
Severity word_in_summary(std::string_view summary) {
  if (summary.ends_with(')')) {
    std::size_t open = summary.rfind('(');
    if (open != std::string_view::npos) {
      return word(summary.substr(open + 1, summary.size() - open - 2));
    }
  }
  return word(summary.substr(0, summary.find(':')));
}

void use_word(OsvSeverity& result, Severity said) {
  if (said == Severity::unknown) return;
  result.severity = said;
  result.worded = true;
}

// Which of two vectors tells more to a reader of the report.
int preference(int version) { return version == 3 ? 2 : version == 4 ? 0 : 1; }

}  // namespace

OsvSeverity severity_list(const JsonElement& object) {
  OsvSeverity best;
  Severity said = Severity::unknown;
  int best_version = 0;
  json_items(object, "severity", [&](const JsonElement& item) {
    std::string_view score = json_text(item, "score");
    if (json_text(item, "type") == "Ubuntu") {
      if (said == Severity::unknown) said = word(score);
      return;
    }
    std::optional<CvssScore> cvss = score_cvss(score);
    if (!cvss) return;
    if (best_version != 0 && preference(cvss->version) <= preference(best_version)) return;
    best_version = cvss->version;
    best = {cvss->severity, cvss->base.value_or(0), score};
  });
  use_word(best, said);
  return best;
}

OsvSeverity document_severity(const JsonElement& document) {
  OsvSeverity result = severity_list(document);
  if (!result.worded) use_word(result, word_in(document, "database_specific", {"severity"}));
  if (!result.worded) use_word(result, word_in_summary(json_text(document, "summary")));
  return result;
}

OsvSeverity affected_severity(const JsonElement& affected) {
  OsvSeverity result = severity_list(affected);
  Severity said =
      word_in(affected, "ecosystem_specific", {"severity", "urgency", "ubuntu_priority"});
  if (said == Severity::unknown) said = word_in(affected, "database_specific", {"severity"});
  use_word(result, said);
  return result;
}

}  // namespace tallyman
