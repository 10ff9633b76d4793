#pragma once
// One OSV document (ossf.github.io/osv-schema, 1.x) as the index needs it. Feeds break the schema
// now and then: what has the wrong type or shape counts as absent, and only a document that is
// no JSON object or has no id is refused.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "model/finding.h"
#include "vuln/index.h"

namespace tallyman {

struct OsvAffected {
  std::string_view ecosystem;             // as written: "Debian:12", "Ubuntu:22.04:LTS"
  std::string_view name;                  // as written
  std::string_view module;                // rpm module "name:stream"; may be empty
  Severity severity = Severity::unknown;  // of this package, where the source says it
  std::vector<AffectedRange> ranges;
  std::vector<std::string_view> versions;  // explicit list
};

struct OsvDocument {
  std::string_view id;
  Microseconds modified = 0;  // 0: not said (also years before 1970, which some feeds write)
  Microseconds published = 0;
  bool withdrawn = false;
  bool errata_only = false;               // a bug-fix or enhancement advisory that names no CVE
  std::vector<std::string_view> aliases;  // as collect_aliases() in osv_ids.h gives them
  Severity severity = Severity::unknown;
  double cvss_score = 0;
  std::string_view cvss_vector;
  std::string summary;  // one line
  std::string_view url;
  std::vector<OsvAffected> affected;  // entries that can match: named, with ranges or versions
};

struct OsvLimits {
  std::size_t document_bytes = 64 << 20;
  std::size_t text_bytes = 4096;  // of an id, a name, a version
  std::size_t aliases = 20'000;
};

// Keeps its buffers between documents; one per thread.
class OsvParser {
 public:
  explicit OsvParser(const OsvLimits& limits = {});
  ~OsvParser();
  OsvParser(OsvParser&&) noexcept;

  // Reads the document in `bytes`, which grows by some zero bytes behind the text. The result
  // lives until the next call. Errors: corrupt "feed.malformed" (no JSON, no object, no id),
  // too_large "feed.too_large" naming the limit.
  Result<const OsvDocument*> parse(Bytes& bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tallyman
