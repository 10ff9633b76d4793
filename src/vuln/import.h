#pragma once
// Builds a new index from OSV documents (ossf.github.io/osv-schema): zips, folders, single files.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/finding.h"

namespace tallyman {

struct ImportStats {
  std::uint64_t records = 0;          // in the new index
  std::uint64_t withdrawn = 0;        // left out because withdrawn
  std::uint64_t without_package = 0;  // left out: nothing a scanner can match (git ranges only)
  std::uint64_t superseded = 0;       // same id twice: the newest `modified` is kept
  std::vector<Problem> problems;      // documents that could not be read; the rest stands
  std::uint64_t index_bytes = 0;
};

struct ImportOptions {
  std::vector<std::filesystem::path> sources;  // *.zip, folders (searched for both), *.json
  std::filesystem::path index_path;            // written beside, fsynced, renamed into place
  std::size_t threads = 0;                     // 0: usable_processors()
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;  // records; may be empty
};

// Replaces the index with one built from `sources` alone. The same documents in the same order
// give the same bytes, whatever the number of threads; memory grows with the index that comes
// out, not with what goes in. On any error the old index stays untouched. Errors: not_found
// "feed.missing", denied "feed.denied", corrupt "feed.malformed" (a zip that cannot be opened,
// naming file and offset), invalid "feed.empty" (no record in any source), too_large
// "feed.too_large" (more than the format can hold), internal "file.full".
Result<ImportStats> import_feeds(const ImportOptions& options);

}  // namespace tallyman
