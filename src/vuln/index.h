#pragma once
// The vulnerability index: one immutable file, memory-mapped read-only by any number of
// processes. docs/vulnerability-index.md draws its layout.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "model/finding.h"
#include "vuln/blob_pool.h"

namespace tallyman {

// One range of one record: from `introduced` ("0": the beginning) up to below `fixed`, or up to
// and with `last_affected`, or without an end when both are empty. A `fixed` of "0" says that no
// version is affected.
struct AffectedRange {
  std::string_view introduced;
  std::string_view fixed;
  std::string_view last_affected;
  bool operator==(const AffectedRange&) const = default;
};

// The ranges of one entry. Views into the index; nothing is copied.
class RangeList {
 public:
  RangeList(PoolView texts, ByteView references) : texts_(texts), references_(references) {}
  std::size_t size() const { return references_.size() / 12; }
  AffectedRange operator[](std::size_t i) const;  // REQUIRES i < size()

 private:
  PoolView texts_;
  ByteView references_;
};

// The explicit versions of one entry, likewise.
class VersionList {
 public:
  VersionList(PoolView texts, ByteView references) : texts_(texts), references_(references) {}
  std::size_t size() const { return references_.size() / 4; }
  std::string_view operator[](std::size_t i) const;  // REQUIRES i < size()

 private:
  PoolView texts_;
  ByteView references_;
};

// What one record says of one (ecosystem, package name). Views live as long as the index.
struct IndexEntry {
  std::uint32_t record = 0;               // ordinal, for RecordReader
  Severity severity = Severity::unknown;  // the source's, for this package; unknown: see record
  bool errata_only = false;               // bug-fix or enhancement advisory that names no CVE
  std::string_view module;                // rpm module "name:stream"; may be empty
  RangeList ranges;
  VersionList versions;
};

// All entries of one (ecosystem, package name), by ascending record ordinal.
class EntryList {
 public:
  EntryList() = default;
  EntryList(PoolView texts, PoolView lists, ByteView rows, std::uint64_t fingerprint)
      : texts_(texts), lists_(lists), rows_(rows), fingerprint_(fingerprint) {}
  std::size_t size() const;
  IndexEntry operator[](std::size_t i) const;  // REQUIRES i < size()
  // Changes when anything that findings of this package show changes; the same in two indexes
  // that say the same.
  std::uint64_t fingerprint() const { return fingerprint_; }

 private:
  PoolView texts_;
  PoolView lists_;
  ByteView rows_;
  std::uint64_t fingerprint_ = 0;
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
  std::string ecosystem;  // "Debian:12"
  std::uint64_t records = 0;
  std::uint64_t packages = 0;
};

class VulnerabilityIndex {
 public:
  // Whether the lookup sections' checksum is compared (about 0.2 ms a MiB). The bounds of every
  // access are checked either way: a damaged file gives errors or wrong answers, never a crash;
  // the checksum makes that errors only.
  enum class Verify { checksum, bounds_only };

  // Maps the file and checks header, size, every section's bounds and the checksum. Errors:
  // not_found "index.missing" (hint: tallyman feed import), corrupt "index.malformed",
  // unsupported "index.version" (hint: import again).
  static Result<std::unique_ptr<VulnerabilityIndex>> open(const std::filesystem::path& path);
  // The same over bytes that outlive the index; for tests and fuzzing.
  static Result<std::unique_ptr<VulnerabilityIndex>> from_bytes(ByteView bytes, Verify verify);
  ~VulnerabilityIndex();

  // What (ecosystem, name) has, both as the feeds write them. No allocation; empty if unknown.
  EntryList lookup(std::string_view ecosystem, std::string_view name) const;

  // The details of one record; REQUIRES nothing of `ordinal`. For many, use a RecordReader.
  // Errors: corrupt "index.malformed".
  Result<VulnerabilityRecord> record(std::uint32_t ordinal) const;

  // True when at least one record speaks of that ecosystem ("Debian:12").
  bool covers(std::string_view ecosystem) const;
  const std::vector<EcosystemStats>& ecosystems() const;  // sorted by name
  // `digest` is the one that the file states; `built` is the newest `modified` of its records, so
  // that the same feeds give the same file.
  const IndexInfo& info() const;
  // Hashes the whole file and compares with that digest. Kind corrupt "index.malformed".
  Result<void> verify_digest() const;

 private:
  friend class RecordReader;
  struct Sections;
  explicit VulnerabilityIndex(std::unique_ptr<Sections> sections);
  std::unique_ptr<Sections> sections_;
};

// Reads details and keeps the block that it unpacked last: ascending ordinals unpack each block
// once. The index must outlive it.
class RecordReader {
 public:
  explicit RecordReader(const VulnerabilityIndex& index) : index_(index) {}
  // Errors: corrupt "index.malformed" for an ordinal that the index does not have, a block that
  // cannot be unpacked (zstd checks its own checksum), or a record that does not parse.
  Result<VulnerabilityRecord> read(std::uint32_t ordinal);

 private:
  Result<void> unpack(std::uint32_t block);

  const VulnerabilityIndex& index_;
  Bytes block_;
  std::uint64_t loaded_ = UINT64_MAX;  // which block that is
};

}  // namespace tallyman
