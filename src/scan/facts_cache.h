#pragma once
// Layer facts kept on disk, so that a layer is read once for a whole fleet. Any number of
// processes may use one folder at once: entries are immutable, written beside and renamed into
// place, and carry a checksum, so a reader sees a whole entry or none.

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "catalog/dispatcher.h"
#include "image/layer_reader.h"
#include "model/layer_facts.h"
#include "stream/limits.h"

namespace tallyman {

class FactsCache {
 public:
  // Creates `folder` if needed and checks that it can be written. Errors: denied or internal
  // "cache.unwritable" (the hint names --no-cache and TALLYMAN_CACHE_DIR).
  static Result<std::unique_ptr<FactsCache>> open(const std::filesystem::path& folder,
                                                  const Dispatcher& dispatcher,
                                                  const Limits& limits);

  // The facts of that blob as this program would find them now; nullopt when there are none, or
  // when the entry is damaged (it is then written anew in time).
  std::optional<LayerFacts> load(const Digest& blob, std::span<const PathAlias> aliases) const;

  // Keeps facts whose blob digest and diff ID have both been checked. Errors: "cache.unwritable".
  Result<void> save(const LayerFacts& facts, std::span<const PathAlias> aliases) const;

 private:
  explicit FactsCache(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path entry_path(const Digest& blob, std::span<const PathAlias> aliases) const;

  std::filesystem::path folder_;  // of this facts fingerprint
};

// Changes whenever the same layer could give other facts: catalogers and their versions, limits,
// the encoding.
std::string facts_fingerprint(const Dispatcher& dispatcher, const Limits& limits);

}  // namespace tallyman
