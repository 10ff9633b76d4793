// Import and lookups over real feeds: TALLYMAN_FEEDS is a folder of OSV zips.
//   TALLYMAN_FEEDS=.../feeds build/bench/index_bench
// Run one benchmark a process (--benchmark_filter) for an honest peak_rss_mb.

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "stream/zip.h"
#include "vuln/feed_sources.h"
#include "vuln/import.h"
#include "vuln/index.h"
#include "vuln/mapped_file.h"
#include "vuln/osv.h"

namespace tallyman {
namespace {

const char* feeds() { return std::getenv("TALLYMAN_FEEDS"); }

std::filesystem::path index_path() {
  return std::filesystem::temp_directory_path() / "tallyman-bench.index";
}

double peak_rss_mb() {
  struct rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

Result<ImportStats> import_all() {
  ImportOptions options;
  options.sources = {feeds()};
  options.index_path = index_path();
  return import_feeds(options);
}

void import_feeds_bench(benchmark::State& state) {
  if (feeds() == nullptr) return state.SkipWithError("TALLYMAN_FEEDS is not set");
  for (auto _ : state) {
    Result<ImportStats> stats = import_all();
    if (!stats) return state.SkipWithError(describe(stats.error()).c_str());
    state.counters["records"] = static_cast<double>(stats->records);
    state.counters["index_mb"] = static_cast<double>(stats->index_bytes) / 1e6;
  }
  state.counters["peak_rss_mb"] = peak_rss_mb();
}
BENCHMARK(import_feeds_bench)->Unit(benchmark::kMillisecond)->UseRealTime();

using Names = std::vector<std::pair<std::string, std::string>>;

void add_names(const FeedSource& source, Names& names) {
  Result<MappedFile> file = MappedFile::open(source.files.front());
  if (!source.zip || !file) return;
  Result<ZipArchive> archive = ZipArchive::open(file->bytes(), 1'000'000);
  if (!archive) return;
  OsvParser parser;
  Bytes bytes;
  for (const ZipMember& member : archive->members()) {
    if (!archive->extract(member, 64 << 20, bytes)) continue;
    Result<const OsvDocument*> document = parser.parse(bytes);
    if (!document) continue;
    for (const OsvAffected& affected : (*document)->affected) {
      names.emplace_back(affected.ecosystem, affected.name);
    }
  }
}

// Every (ecosystem, name) of the feeds once, shuffled the same way each time.
Names all_names() {
  Names names;
  Result<std::vector<FeedSource>> sources = find_feed_sources({feeds()});
  if (!sources) return names;
  for (const FeedSource& source : *sources) add_names(source, names);
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::ranges::shuffle(names, std::mt19937_64(1));
  return names;
}

// `read_ranges`: also look at every range of every entry, as matching does.
void lookups(benchmark::State& state, std::string_view suffix, bool read_ranges) {
  if (feeds() == nullptr) return state.SkipWithError("TALLYMAN_FEEDS is not set");
  if (!std::filesystem::exists(index_path()) && !import_all()) {
    return state.SkipWithError("the import failed");
  }
  auto index = VulnerabilityIndex::open(index_path());
  if (!index) return state.SkipWithError(describe(index.error()).c_str());
  Names names = all_names();
  for (auto& [ecosystem, name] : names) name += suffix;
  std::size_t next = 0;
  std::int64_t entries = 0;
  for (auto _ : state) {
    const auto& [ecosystem, name] = names[next];
    next = next + 1 == names.size() ? 0 : next + 1;
    EntryList found = (*index)->lookup(ecosystem, name);
    for (std::size_t i = 0; read_ranges && i < found.size(); ++i) {
      IndexEntry entry = found[i];
      for (std::size_t r = 0; r < entry.ranges.size(); ++r) {
        benchmark::DoNotOptimize(entry.ranges[r].fixed.size());
      }
    }
    benchmark::DoNotOptimize(found.size());
    entries += static_cast<std::int64_t>(found.size());
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["names"] = static_cast<double>(names.size());
  state.counters["entries_per_lookup"] =
      static_cast<double>(entries) / static_cast<double>(state.iterations());
}
BENCHMARK_CAPTURE(lookups, hit, "", false);
BENCHMARK_CAPTURE(lookups, hit_with_ranges, "", true);
BENCHMARK_CAPTURE(lookups, miss, "-no-such", false);

void open_index(benchmark::State& state) {
  if (feeds() == nullptr) return state.SkipWithError("TALLYMAN_FEEDS is not set");
  if (!std::filesystem::exists(index_path()) && !import_all()) {
    return state.SkipWithError("the import failed");
  }
  for (auto _ : state) benchmark::DoNotOptimize(VulnerabilityIndex::open(index_path()));
}
BENCHMARK(open_index)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace tallyman
