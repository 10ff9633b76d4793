#include "scan/scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/parallel.h"
#include "image/directory.h"
#include "image/overlay.h"
#include "scan/inventory.h"
#include "scan/layers.h"
#include "vuln/match.h"

namespace tallyman {
namespace {

Result<std::unique_ptr<ImageSource>> open_source(const SourceName& name, const ScanRequest& request,
                                                 const ScanServices& services) {
  if (const auto* layout = std::get_if<OciLayoutName>(&name)) {
    return open_oci_layout(layout->folder, layout->tag, request.platform);
  }
  const Reference& reference = std::get<RegistrySourceName>(name).reference;
  RegistryOptions options = TRY(services.registry_options(reference));
  std::unique_ptr<Registry> registry =
      TRY(Registry::open(std::move(options), services.http, services.clock));
  return open_registry_image(reference, request.platform, std::move(registry));
}

std::vector<const LayerFacts*> facts_of(const std::vector<LayerOutcome>& layers) {
  std::vector<const LayerFacts*> facts;
  for (const LayerOutcome& layer : layers) facts.push_back(&layer.facts);
  return facts;
}

// More files than any honest image has under the names of links: each costs a copy of what is
// found.
constexpr std::size_t kMaxLookTargets = 100;

// The second looks that the layers need; beyond the bound, a problem instead.
std::vector<Overlay::Look> looks_at(std::vector<LayerOutcome>& layers,
                                    const Dispatcher& dispatcher) {
  std::vector<const LayerFacts*> facts = facts_of(layers);
  std::vector<Overlay::Look> looks = Overlay(facts).missing(dispatcher);
  std::size_t left = kMaxLookTargets;
  for (Overlay::Look& look : looks) {
    if (look.targets.size() > left) {
      layers[look.layer].facts.problems.push_back(
          {"layer.links",
           {},
           fmt::format("more than {} package databases are reached through links, the rest is not "
                       "read",
                       kMaxLookTargets),
           true});
      look.targets.resize(left);
    }
    left -= look.targets.size();
  }
  std::erase_if(looks, [](const Overlay::Look& look) { return look.targets.empty(); });
  return looks;
}

// Matching knows whether the data covers the image; whether the image was read is known here.
Assessment judge(Assessment of_matching, const std::vector<Problem>& problems) {
  Assessment assessment = std::move(of_matching);
  for (const Problem& problem : problems) {
    if (!problem.incomplete) continue;
    assessment.reasons.push_back(problem.path.empty() ? problem.message
                                                      : problem.path + ": " + problem.message);
  }
  assessment.assessed = assessment.assessed && assessment.reasons.empty();
  return assessment;
}

Report conclude(Image image, const std::vector<LayerOutcome>& layers,
                const ScanServices& services) {
  std::vector<const LayerFacts*> facts = facts_of(layers);
  Overlay overlay(facts);
  Report report;
  report.image = std::move(image);
  Joined joined = build_inventory(overlay, facts);
  report.inventory = std::move(joined.inventory);
  services.observer.phase(fmt::format("matching {} packages", report.inventory.packages.size()));
  MatchResult matched = match(report.inventory, services.index);
  report.findings = std::move(matched.findings);
  report.problems = overlay.problems();
  std::erase_if(report.problems, [&](const Problem& problem) {
    return std::find(joined.ignored.begin(), joined.ignored.end(), problem.path) !=
           joined.ignored.end();
  });
  report.problems.insert(report.problems.end(), matched.problems.begin(), matched.problems.end());
  std::sort(report.problems.begin(), report.problems.end());
  report.assessment = judge(std::move(matched.assessment), report.problems);
  for (const LayerOutcome& layer : layers) report.layers.push_back(layer.stats);
  if (services.index != nullptr) report.index = services.index->info();
  report.created = report_time(services.clock);
  report.tool_version = services.tool_version;
  return report;
}

Result<ScanOutcome> scan_folder(const DirectoryName& name, const ScanRequest& request,
                                const ScanServices& services) {
  Dispatcher dispatcher;
  MemoryBudget budget(request.limits.kept_bytes);
  LayerReadOptions options{dispatcher, request.limits, budget};
  services.observer.phase(fmt::format("reading {}", name.folder.string()));
  std::vector<LayerOutcome> layers(1);
  layers[0].facts = TRY(read_directory(name.folder, options));
  for (const Overlay::Look& look : looks_at(layers, dispatcher)) {
    std::vector<PathAlias> aliases = aliases_of(look);
    options.aliases = aliases;
    place_found(look, TRY(read_directory(name.folder, options)), layers);
  }
  Image image;
  image.source = request.source;
  image.name = name.folder.string();
  Report report = conclude(std::move(image), layers, services);
  report.layers.clear();  // a folder has none
  return ScanOutcome{std::move(report), std::nullopt};
}

Result<ScanOutcome> scan_image(const SourceName& name, const ScanRequest& request,
                               const ScanServices& services) {
  Dispatcher dispatcher;
  std::unique_ptr<FactsCache> cache;
  if (!request.cache_folder.empty()) {
    cache = TRY(FactsCache::open(request.cache_folder, dispatcher, request.limits));
  }
  std::unique_ptr<ImageSource> source = TRY(open_source(name, request, services));
  Image image = source->image();
  image.source = request.source;
  services.observer.image_resolved(image);

  MemoryBudget budget(request.limits.kept_bytes);
  LayerReadOptions options{dispatcher, request.limits, budget};
  std::size_t threads = request.threads == 0 ? usable_processors() : request.threads;
  LayerReadContext context{*source, options, cache.get(), services.observer, threads};
  LayersRead read = TRY(read_layers(context));
  TRY(look_again(context, looks_at(read.layers, dispatcher), read));
  return ScanOutcome{conclude(std::move(image), read.layers, services),
                     std::move(read.cache_error)};
}

}  // namespace

Result<ScanOutcome> scan(const ScanRequest& request, const ScanServices& services) {
  SourceName name = TRY(parse_source(request.source));
  if (const auto* folder = std::get_if<DirectoryName>(&name)) {
    return scan_folder(*folder, request, services);
  }
  return scan_image(name, request, services);
}

}  // namespace tallyman
