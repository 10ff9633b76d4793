#include "scan/layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "base/mutex.h"
#include "base/parallel.h"

namespace tallyman {
namespace {

// Counts what passes, tells the observer now and then, and stops the stream when another layer
// has failed and the scan is over anyway.
class ObservedReader final : public Reader {
 public:
  ObservedReader(Reader& source, std::size_t layer, ScanObserver& observer,
                 const std::atomic<bool>& stop)
      : source_(source), layer_(layer), observer_(observer), stop_(stop) {}

  Result<std::size_t> read(ByteSpan into) override {
    if (stop_) return fail(ErrorKind::cancelled, "scan.cancelled", "another layer failed");
    std::size_t got = TRY(source_.read(into));
    total_ += got;
    if (total_ - told_ >= kStep || got == 0) {
      observer_.layer_progress(layer_, total_);
      told_ = total_;
    }
    return got;
  }

  std::uint64_t total() const { return total_; }

 private:
  static constexpr std::uint64_t kStep = 1 << 20;
  Reader& source_;
  std::size_t layer_;
  ScanObserver& observer_;
  const std::atomic<bool>& stop_;
  std::uint64_t total_ = 0;
  std::uint64_t told_ = 0;
};

Result<void> drain(Reader& reader) {
  Bytes buffer(256 * 1024);
  while (TRY(reader.read(buffer)) > 0) {
  }
  return {};
}

LayerFacts not_analysed(const Digest& blob, const Error& error) {
  LayerFacts facts;
  facts.blob = blob;
  facts.problems.push_back(
      {error.code,
       {},
       fmt::format("layer {} was not analysed: {}", blob.text(), error.context),
       true});
  return facts;
}

// A file or problem at a look's path goes, under the path that the image shows, to each layer that
// shows it: there it is hidden when that file is, and only then.
template <class T>
void place(const Overlay::Look& look, std::vector<T> found, std::vector<T> LayerFacts::* list,
           std::vector<LayerOutcome>& layers) {
  for (T& item : found) {
    bool placed = false;
    for (const Overlay::Look::Target& target : look.targets) {
      if (target.shown_path.empty() || target.alias.real != item.path) continue;
      T shown = item;
      shown.path = target.shown_path;
      (layers[target.shown_layer].facts.*list).push_back(std::move(shown));
      placed = true;
    }
    if (!placed) (layers[look.layer].facts.*list).push_back(std::move(item));
  }
}

class LayerJobs {
 public:
  explicit LayerJobs(const LayerReadContext& context)
      : context_(context), layers_(context.source.image().layers) {}

  Result<LayersRead> read_all_layers();
  Result<LayerOutcome> analyse(std::size_t index, std::span<const PathAlias> aliases);
  std::optional<Error> take_cache_error() {
    MutexLock lock(mutex_);
    return std::exchange(cache_error_, std::nullopt);
  }

 private:
  Result<LayerOutcome> read_blob(std::size_t index, const LayerReadOptions& options);
  void keep(LayerOutcome& outcome, const Layer& layer, std::span<const PathAlias> aliases);
  static LayerStats stats_of(const LayerFacts& facts, const Layer& layer);

  const LayerReadContext& context_;
  const std::vector<Layer>& layers_;
  std::atomic<bool> stop_ = false;
  Mutex mutex_;
  std::optional<Error> failed_ GUARDED_BY(mutex_);
  std::optional<Error> cache_error_ GUARDED_BY(mutex_);
};

LayerStats LayerJobs::stats_of(const LayerFacts& facts, const Layer& layer) {
  LayerStats stats;
  stats.blob = layer.blob.digest;
  stats.diff_id = layer.diff_id;
  stats.compressed_size = layer.blob.size;
  stats.size = facts.size;
  stats.entries = facts.entries;
  return stats;
}

Result<LayerOutcome> LayerJobs::read_blob(std::size_t index, const LayerReadOptions& options) {
  const Layer& layer = layers_[index];
  std::unique_ptr<Reader> packed = TRY(context_.source.open_layer(index));
  ObservedReader observed(*packed, index, context_.observer, stop_);
  Result<LayerFacts> facts = read_layer(observed, layer.blob.digest, options);
  if (!facts && facts.error().kind == ErrorKind::cancelled) {
    return std::unexpected(std::move(facts).error());
  }
  // Whether the layer is broken or was broken on the way is known only when its digest is.
  TRY(drain(observed));
  bool analysed = facts.has_value();
  LayerOutcome outcome{
      analysed ? std::move(*facts) : not_analysed(layer.blob.digest, facts.error()), {}};
  outcome.stats = stats_of(outcome.facts, layer);
  outcome.stats.bytes_read = observed.total();
  outcome.stats.analysed = analysed;
  return outcome;
}

// A diff ID in a configuration is its author's word: facts under a wrong one are not kept.
void LayerJobs::keep(LayerOutcome& outcome, const Layer& layer,
                     std::span<const PathAlias> aliases) {
  if (outcome.stats.analysed && outcome.facts.diff_id == layer.diff_id) {
    if (context_.cache == nullptr || outcome.stats.from_cache) return;
    if (Result<void> saved = context_.cache->save(outcome.facts, aliases); !saved) {
      MutexLock lock(mutex_);
      if (!cache_error_) cache_error_ = std::move(saved).error();
    }
  } else if (outcome.stats.analysed) {
    outcome.facts.problems.push_back(
        {"layer.diff_id_mismatch",
         {},
         fmt::format("layer {} unpacks to {}, the image configuration says {}",
                     layer.blob.digest.text(), outcome.facts.diff_id.text(), layer.diff_id.text()),
         true});
  }
}

Result<LayerOutcome> LayerJobs::analyse(std::size_t index, std::span<const PathAlias> aliases) {
  const Layer& layer = layers_[index];
  context_.observer.layer_started(index);
  LayerOutcome outcome;
  std::optional<LayerFacts> cached;
  if (context_.cache != nullptr) cached = context_.cache->load(layer.blob.digest, aliases);
  if (cached) {
    outcome.facts = std::move(*cached);
    outcome.stats = stats_of(outcome.facts, layer);
    outcome.stats.from_cache = true;
  } else {
    LayerReadOptions options = context_.options;
    options.aliases = aliases;
    outcome = TRY(read_blob(index, options));
  }
  keep(outcome, layer, aliases);
  context_.observer.layer_done(index, outcome.stats);
  return outcome;
}

Result<LayersRead> LayerJobs::read_all_layers() {
  // One job per distinct blob, largest first, so that the last one to finish is a small one.
  std::vector<std::size_t> jobs;
  std::vector<std::size_t> first_of(layers_.size());
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    first_of[i] = i;
    for (std::size_t job : jobs) {
      if (layers_[job].blob.digest == layers_[i].blob.digest) first_of[i] = job;
    }
    if (first_of[i] == i) jobs.push_back(i);
  }
  std::sort(jobs.begin(), jobs.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(layers_[b].blob.size, a) < std::pair(layers_[a].blob.size, b);
  });
  std::vector<LayerOutcome> outcomes(layers_.size());
  run_parallel(jobs.size(), context_.threads, [&](std::size_t at) {
    if (stop_) return;
    Result<LayerOutcome> outcome = analyse(jobs[at], {});
    if (outcome) {
      outcomes[jobs[at]] = std::move(*outcome);
      return;
    }
    MutexLock lock(mutex_);
    if (!failed_ || failed_->kind == ErrorKind::cancelled) failed_ = std::move(outcome).error();
    stop_ = true;
  });
  MutexLock lock(mutex_);
  if (failed_) return std::unexpected(*failed_);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    if (first_of[i] == i) continue;
    outcomes[i] = outcomes[first_of[i]];
    outcomes[i].stats.bytes_read = 0;
  }
  return LayersRead{std::move(outcomes), std::move(cache_error_)};
}

}  // namespace

Result<LayersRead> read_layers(const LayerReadContext& context) {
  return LayerJobs(context).read_all_layers();
}

std::vector<PathAlias> aliases_of(const Overlay::Look& look) {
  std::vector<PathAlias> aliases;
  for (const Overlay::Look::Target& target : look.targets) aliases.push_back(target.alias);
  aliases.erase(std::unique(aliases.begin(), aliases.end()), aliases.end());
  return aliases;
}

void place_found(const Overlay::Look& look, LayerFacts found, std::vector<LayerOutcome>& layers) {
  place(look, std::move(found.files), &LayerFacts::files, layers);
  place(look, std::move(found.problems), &LayerFacts::problems, layers);
}

Result<void> look_again(const LayerReadContext& context, const std::vector<Overlay::Look>& looks,
                        LayersRead& read) {
  LayerJobs jobs(context);
  for (const Overlay::Look& look : looks) {
    context.observer.phase(fmt::format("second look at layer {}", look.layer + 1));
    std::vector<PathAlias> aliases = aliases_of(look);
    LayerOutcome found = TRY(jobs.analyse(look.layer, aliases));
    place_found(look, std::move(found.facts), read.layers);
    read.layers[look.layer].stats.bytes_read += found.stats.bytes_read;
  }
  if (!read.cache_error) read.cache_error = jobs.take_cache_error();
  return {};
}

}  // namespace tallyman
