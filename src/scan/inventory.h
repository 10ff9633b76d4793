#pragma once
// From the merged layers to the SBOM of the image.

#include <string>
#include <vector>

#include "image/overlay.h"
#include "model/finding.h"
#include "model/layer_facts.h"

namespace tallyman {

struct Joined {
  Inventory inventory;
  std::vector<std::string> ignored;  // paths of visible files that do not count after all
};

// Collects the visible packages with their locations (the layer's diff ID and position), picks
// the distribution, and runs the joiners of scan/join/ in order. `layers` is base first.
Joined build_inventory(const Overlay& overlay, const std::vector<const LayerFacts*>& layers);

}  // namespace tallyman
