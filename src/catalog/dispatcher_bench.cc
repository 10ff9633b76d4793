// What a tar member costs that nobody wants: this is paid a hundred thousand times a layer.

#include <benchmark/benchmark.h>

#include <array>

#include "catalog/dispatcher.h"

namespace tallyman {
namespace {

constexpr std::array<std::string_view, 8> kPaths = {
    "usr/bin/env",
    "usr/share/doc/libssl3/changelog.Debian.gz",
    "usr/lib/python3/dist-packages/setuptools/_vendor/packaging/__pycache__/tags.cpython-311.pyc",
    "app/node_modules/@babel/plugin-transform-parameters/lib/index.js.map",
    "etc/os-release",
    "var/lib/dpkg/info/libc6:amd64.list",
    "usr/share/zoneinfo/Europe/Ljubljana",
    "usr/lib/x86_64-linux-gnu/libcrypto.so.3",
};

void bench_wanted(benchmark::State& state) {
  Dispatcher dispatcher;
  for (auto _ : state) {
    for (std::string_view path : kPaths) benchmark::DoNotOptimize(dispatcher.wanted(path));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kPaths.size()));
}
BENCHMARK(bench_wanted);

}  // namespace
}  // namespace tallyman
