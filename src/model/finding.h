#pragma once
// What a scan concludes, as plain values: inventory, findings, and whether they may be relied on.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "model/digest.h"
#include "model/image.h"
#include "model/layer_facts.h"
#include "model/package.h"

namespace tallyman {

enum class Severity : std::uint8_t { unknown, negligible, low, medium, high, critical };
// "unknown" ... "critical".
std::string_view to_string(Severity severity);
// Any letter case; "moderate" is medium, "important" is high, "none"/"unimportant" negligible.
std::optional<Severity> parse_severity(std::string_view text);

// The "CVE-YEAR-NUMBER" that `id` is, or ends with behind a '-' ("DEBIAN-CVE-2023-0216"); "" if
// there is none.
std::string_view cve_of(std::string_view id);

// The SBOM of one image.
struct Inventory {
  std::optional<Distro> distro;
  std::vector<Package> packages;  // sorted by type, name, version, architecture; no duplicates
};

enum class FixState : std::uint8_t { fixed, not_fixed, unknown };
std::string_view to_string(FixState state);  // "fixed", "not-fixed", "unknown"

// One vulnerability of one package, with what decided it.
struct Finding {
  std::size_t package = 0;           // index into Inventory::packages
  std::string id;                    // the record's own id: "DEBIAN-CVE-2023-0216" is shown as
                                     // `cve` in tables when there is exactly one
  std::vector<std::string> aliases;  // other names of the same vulnerability, upstream ids, sorted
  Severity severity = Severity::unknown;
  double cvss_score = 0;    // base score 0-10; 0 when the record has no vector
  std::string cvss_vector;  // may be empty
  FixState state = FixState::unknown;
  std::string fixed_version;    // first version without it; empty unless state is fixed
  std::string introduced;       // of the range that matched; "0" from the beginning
  std::string last_affected;    // of the range that matched; may be empty
  std::string matched_name;     // package name the record speaks of (source or binary)
  std::string matched_version;  // our version that was compared
  std::string ecosystem;        // "Debian:12"
  std::string data_source;      // feed the record came from: file name as imported
  std::string summary;          // one line; may be empty
  std::string url;              // first advisory or report reference; may be empty
  Microseconds published = 0;
  Microseconds modified = 0;

  // The id users know: the CVE when the record or its aliases name exactly one, else `id`.
  std::string display_id() const;
};

// What one layer cost, for the JSON and the summary line.
struct LayerStats {
  Digest blob;
  Digest diff_id;
  std::uint64_t compressed_size = 0;
  std::uint64_t size = 0;
  std::uint64_t entries = 0;
  std::uint64_t bytes_read = 0;  // fetched in this scan, second look included
  bool from_cache = false;
  bool analysed = true;  // false: see Report::problems
};

// Which vulnerability data was used.
struct IndexInfo {
  std::string digest;                // of the index file, "sha256:..."; empty: no index
  Microseconds newest_modified = 0;  // of any record: how fresh the data is
  std::uint64_t records = 0;
};

// "No vulnerabilities found" may be said only when this says assessed (design: every layer was
// read and the index covers the distro release and every ecosystem found).
struct Assessment {
  bool assessed = false;
  std::vector<std::string> reasons;  // why not, one sentence each; empty when assessed
};

// Everything a report format needs.
struct Report {
  Image image;
  Inventory inventory;
  std::vector<Finding> findings;  // sorted: severity down, then package, then id
  Assessment assessment;
  std::vector<Problem> problems;   // of all layers and of matching, sorted, deduplicated
  std::vector<LayerStats> layers;  // base first
  IndexInfo index;
  Microseconds created = 0;  // report_time()
  std::string tool_version;
};

}  // namespace tallyman
