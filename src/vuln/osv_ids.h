#pragma once
// The names that one OSV document gives its vulnerability.

#include <string_view>
#include <vector>

#include "vuln/osv_json.h"

namespace tallyman {

// True for the advisories in which a distribution announces packages ("ALSA-", "DSA-", "USN-"):
// their `related` holds the CVEs that the update fixes where `upstream` is not used.
bool is_distribution_advisory(std::string_view id);

// True for bug-fix and enhancement advisories ("ALBA-", "RHEA-").
bool is_errata(std::string_view id);

// Other names of the document's vulnerability, sorted, each once, without its own id: `aliases`,
// `upstream`, the CVE inside each of these and inside the id, and, for distribution advisories
// that name no CVE so far, the CVEs of `related`.
std::vector<std::string_view> collect_aliases(std::string_view id, const JsonElement& document);

}  // namespace tallyman
