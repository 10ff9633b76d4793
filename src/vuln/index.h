#pragma once
// The vulnerability index: one immutable file, memory-mapped read-only by any number of
// processes. docs/vulnerability-index.md draws its layout.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "model/finding.h"

namespace tallyman {

// One range of one record, as stored under (ecosystem, package name).
struct AffectedRange {
  std::string_view introduced;     // "0": from the beginning
  std::string_view fixed;          // first version without it; empty if none
  std::string_view last_affected;  // last version with it; empty if none
};

// A record's details, unpacked from the compressed side section.
struct VulnerabilityRecord {
  std::string id;
  std::vector<std::string> aliases;  // aliases and upstream ids, sorted
  Severity severity = Severity::unknown;
  double cvss_score = 0;
  std::string cvss_vector;
  std::string summary;
  std::string url;
  std::string data_source;
  Microseconds published = 0;
  Microseconds modified = 0;
};

struct EcosystemStats {
  std::string ecosystem;   // "Debian:12"
  std::uint64_t records = 0;
  std::uint64_t packages = 0;
};

class VulnerabilityIndex {
 public:
  // Maps the file and checks header, size and every section's bounds. Errors: not_found
  // "index.missing" (hint: tallyman feed import), corrupt "index.malformed", unsupported
  // "index.version" (hint: import again).
  static Result<std::unique_ptr<VulnerabilityIndex>> open(const std::filesystem::path& path);
  ~VulnerabilityIndex();

  // What (ecosystem, name) has: `visit` is called once per affected entry with the record's
  // ordinal, its ranges and its explicit version list; views live as long as the index. Details
  // come from record(). No allocation.
  struct Entry {
    std::uint32_t record;
    std::vector<AffectedRange> ranges;
    std::vector<std::string_view> versions;
    std::string_view severity_hint;  // per-package severity of the source, may be empty
  };
  void lookup(std::string_view ecosystem, std::string_view name,
              const std::function<void(const Entry&)>& visit) const;

  Result<VulnerabilityRecord> record(std::uint32_t ordinal) const;

  // True when at least one record speaks of that ecosystem ("Debian:12").
  bool covers(std::string_view ecosystem) const;
  const std::vector<EcosystemStats>& ecosystems() const;
  const IndexInfo& info() const;

 private:
  struct Mapping;
  explicit VulnerabilityIndex(std::unique_ptr<Mapping> mapping);
  std::unique_ptr<Mapping> mapping_;
};

}  // namespace tallyman
