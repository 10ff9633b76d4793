#pragma once
// How severe a record calls its vulnerability. The source's own word counts before a CVSS score:
// a distribution rates the package as it ships it.

#include <string_view>

#include "model/finding.h"
#include "vuln/osv_json.h"

namespace tallyman {

struct OsvSeverity {
  Severity severity = Severity::unknown;
  double cvss_score = 0;
  std::string_view cvss_vector;
  bool worded = false;  // the severity is the source's own word, not the rating of a vector
};

// What the array `severity` of `object` (a document or one affected entry) says: the word of a
// type "Ubuntu" item, else the rating of the first valid vector, v3 before v2. A v4 vector is
// given only when there is no other, and without score or rating.
OsvSeverity severity_list(const JsonElement& object);

// The whole document: a word in `severity`, then database_specific.severity, then an errata
// summary ("Important: ...", "... (Moderate)"), then CVSS.
OsvSeverity document_severity(const JsonElement& document);

// One affected entry: the word in its ecosystem_specific (severity, urgency, ubuntu_priority) or
// database_specific (severity), else its own severity list. Only `severity` unknown means that
// it has no opinion.
OsvSeverity affected_severity(const JsonElement& affected);

}  // namespace tallyman
