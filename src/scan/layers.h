#pragma once
// Reads the layers of one image: each distinct blob once, from the cache where it has them, in
// parallel, largest first.

#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "image/layer_reader.h"
#include "image/overlay.h"
#include "image/source.h"
#include "model/finding.h"
#include "scan/facts_cache.h"
#include "scan/observer.h"

namespace tallyman {

// One layer as far as it could be read.
struct LayerOutcome {
  LayerFacts facts;  // empty but for problems when the layer was not analysed
  LayerStats stats;
};

struct LayerReadContext {
  ImageSource& source;
  const LayerReadOptions& options;
  const FactsCache* cache;  // null: none
  ScanObserver& observer;
  std::size_t threads;
};

struct LayersRead {
  std::vector<LayerOutcome> layers;  // base first, one per image layer
  std::optional<Error> cache_error;  // the first entry that could not be written
};

// Errors: what made a layer's bytes unobtainable or untrue (network, size, digest). Bytes that
// are as the manifest says and still cannot be read make that layer "not analysed" (a problem);
// the others stand.
Result<LayersRead> read_layers(const LayerReadContext& context);

// The aliases of a look, for the reader; sorted, no duplicates.
std::vector<PathAlias> aliases_of(const Overlay::Look& look);

// Adds what a look found, files and problems, to the facts of the layers that show it.
void place_found(const Overlay::Look& look, LayerFacts found, std::vector<LayerOutcome>& layers);

// Second looks: adds what they find to the facts of their layers.
Result<void> look_again(const LayerReadContext& context, const std::vector<Overlay::Look>& looks,
                        LayersRead& read);

}  // namespace tallyman
