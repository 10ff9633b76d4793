#pragma once
// The one pass over a layer: packed bytes in, facts out. Nothing touches the disk, and memory is
// bounded by the limits whatever the layer holds.

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/mutex.h"
#include "base/reader.h"
#include "base/result.h"
#include "catalog/dispatcher.h"
#include "model/layer_facts.h"
#include "stream/limits.h"

namespace tallyman {

// Bytes of wanted members that may be held at once by all layers of a scan together. What fits
// depends on the member alone, never on what other threads hold: facts must not.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::size_t bytes) : all_(bytes), left_(bytes) {}
  // Waits until `bytes` are left. False, and nothing taken, when there never are so many.
  // REQUIRES that this thread holds nothing.
  bool take(std::uint64_t bytes);
  void give(std::uint64_t bytes);

 private:
  const std::uint64_t all_;
  Mutex mutex_;
  std::condition_variable_any given_;
  std::uint64_t left_ GUARDED_BY(mutex_);
};

// A member at `real` or below it is judged as if it were at `alias` or below that: how a second
// look finds a package database that is wanted under the name of a link.
struct PathAlias {
  std::string real;
  std::string alias;
  auto operator<=>(const PathAlias&) const = default;
};

struct LayerReadOptions {
  const Dispatcher& dispatcher;
  const Limits& limits;
  MemoryBudget& budget;
  std::span<const PathAlias> aliases = {};  // second look only
};

// The name under which a cataloger wants the file at `path`, and how large it may be: its own
// name, or in a second look the one that an alias gives it. nullopt: not wanted.
struct WantedFile {
  std::string name;
  std::uint64_t max_size;  // bytes
};
std::optional<WantedFile> wanted_file(const std::string& path, const LayerReadOptions& options);

// Reads `packed` to its end (so that a verifying reader has its say) and returns what the layer
// holds. `blob` is the digest the bytes are expected to have; it keys the path hashes and is
// recorded as it is: vouching for it is the reader's part. Errors: those of the reader, of
// Decompressor and of TarReader. Members that cannot be read are problems in the facts.
Result<LayerFacts> read_layer(Reader& packed, const Digest& blob, const LayerReadOptions& options);

}  // namespace tallyman
