#include "scan/inventory.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "scan/join/join.h"

namespace tallyman {
namespace {

auto identity(const Package& package) {
  return std::tie(package.type, package.name, package.version, package.architecture,
                  package.source_name, package.source_version);
}

// Packages that differ only in where they were found become one with all the locations.
std::vector<Package> merge_locations(std::vector<Package> packages) {
  std::sort(packages.begin(), packages.end());  // by identity first
  std::vector<Package> merged;
  for (Package& package : packages) {
    if (merged.empty() || identity(merged.back()) != identity(package)) {
      merged.push_back(std::move(package));
      continue;
    }
    auto& locations = merged.back().locations;
    locations.insert(locations.end(), package.locations.begin(), package.locations.end());
  }
  for (Package& package : merged) {
    auto& locations = package.locations;
    std::sort(locations.begin(), locations.end());
    locations.erase(std::unique(locations.begin(), locations.end()), locations.end());
  }
  return merged;
}

}  // namespace

Joined build_inventory(const Overlay& overlay, const std::vector<const LayerFacts*>& layers) {
  std::vector<Overlay::VisibleFile> files = overlay.files();
  Joined joined;
  joined.ignored = drop_superseded_rpm_databases(files);

  Inventory& inventory = joined.inventory;
  inventory.distro = choose_distro(files);
  std::vector<Package> packages;
  for (const Overlay::VisibleFile& visible : files) {
    Location location{visible.path, layers[visible.layer]->diff_id,
                      static_cast<std::uint32_t>(visible.layer)};
    for (Package package : visible.file->packages) {
      package.locations = {location};
      packages.push_back(std::move(package));
    }
  }
  inventory.packages = merge_locations(std::move(packages));
  return joined;
}

}  // namespace tallyman
