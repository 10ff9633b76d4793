#pragma once
// The `affected` part of an OSV document: which packages, which versions.

#include "base/result.h"
#include "vuln/osv.h"
#include "vuln/osv_json.h"

namespace tallyman {

// Appends to `into.affected` every entry that has a package with ecosystem and name, and a range
// that is not GIT or an explicit version. Where the document itself carries no CVSS vector, the
// first entry's becomes the document's. Errors: too_large "feed.too_large" for a text longer than
// `limits` allows.
Result<void> read_affected(const JsonElement& document, const OsvLimits& limits, OsvDocument& into);

}  // namespace tallyman
