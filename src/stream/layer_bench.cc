// The hot path, stage by stage, over a synthetic layer in memory: what each stage adds to inflate
// is what we answer for. TALLYMAN_LAYER=FILE measures the same over a real layer.

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <random>
#include <utility>

#include "base/file.h"
#include "stream/decompress.h"
#include "stream/hash.h"
#include "stream/tar.h"
#include "stream/tar_test_support.h"

namespace tallyman {
namespace {

using testing_support::TarBuilder;

// Words from a skewed choice, so that it compresses about 3:1 like a layer does.
std::string prose(std::size_t size, std::mt19937_64& random) {
  std::string text;
  while (text.size() < size) {
    std::uint64_t word = random() & random() & 0xffff;
    text += std::to_string(word * 2654435761U) + (word % 7 == 0 ? "\n" : " ");
  }
  text.resize(size);
  return text;
}

std::string synthetic_tar() {
  std::mt19937_64 random(1);
  TarBuilder tar;
  for (int i = 0; i < 4000; ++i) {
    std::size_t size = std::size_t{1} << (random() % 17);
    tar.file("usr/share/package-" + std::to_string(i) + "/file.txt", prose(size, random));
  }
  return tar.finish();
}

struct Layer {
  Bytes packed;
  std::uint64_t size = 0;
};

const Layer& layer() {
  static const Layer kLayer = [] {
    Layer made;
    if (const char* path = std::getenv("TALLYMAN_LAYER")) {  // NOLINT(concurrency-mt-unsafe)
      made.packed = *read_file(path, std::size_t{1} << 32);
    } else {
      made.packed = testing_support::gzip(synthetic_tar());
    }
    MemoryReader reader(made.packed);
    auto inflate = *Decompressor::open(reader, Limits{});
    while (!inflate->next()->empty()) continue;
    made.size = inflate->bytes_out();
    return made;
  }();
  return kLayer;
}

void count_bytes(benchmark::State& state) {
  state.SetBytesProcessed(static_cast<std::int64_t>(layer().size) * state.iterations());
}

// Lends it all at once: what is left is the walk.
class WholeSource final : public ChunkSource {
 public:
  explicit WholeSource(std::string_view bytes) : left_(as_bytes(bytes)) {}
  Result<ByteView> next() override { return std::exchange(left_, {}); }

 private:
  ByteView left_;
};

void inflate(benchmark::State& state) {
  layer();
  for (auto _ : state) {
    MemoryReader reader(layer().packed);
    auto source = *Decompressor::open(reader, Limits{});
    while (!source->next()->empty()) continue;
  }
  count_bytes(state);
}

void inflate_walk(benchmark::State& state) {
  layer();
  for (auto _ : state) {
    MemoryReader reader(layer().packed);
    auto source = *Decompressor::open(reader, Limits{});
    TarReader tar(*source, Limits{});
    while (*tar.next()) continue;
  }
  count_bytes(state);
}

void inflate_hash_walk(benchmark::State& state) {
  layer();
  for (auto _ : state) {
    MemoryReader packed(layer().packed);
    HashingReader reader(packed);
    auto inflated = *Decompressor::open(reader, Limits{});
    HashingSource source(*inflated);
    TarReader tar(source, Limits{});
    while (*tar.next()) continue;
    benchmark::DoNotOptimize(source.hash().finish());
    benchmark::DoNotOptimize(reader.hash().finish());
  }
  count_bytes(state);
}

void hash(benchmark::State& state) {
  Bytes bytes(1 << 20);
  for (auto _ : state) benchmark::DoNotOptimize(Sha256::of(bytes));
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes.size()) * state.iterations());
}

void walk(benchmark::State& state) {
  static const std::string kTar = synthetic_tar();
  for (auto _ : state) {
    WholeSource source(kTar);
    TarReader tar(source, Limits{});
    while (*tar.next()) continue;
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(kTar.size()) * state.iterations());
}

BENCHMARK(inflate)->Unit(benchmark::kMillisecond);
BENCHMARK(inflate_walk)->Unit(benchmark::kMillisecond);
BENCHMARK(inflate_hash_walk)->Unit(benchmark::kMillisecond);
BENCHMARK(hash)->Unit(benchmark::kMillisecond);
BENCHMARK(walk)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tallyman
