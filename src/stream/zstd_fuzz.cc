// Whatever the bytes, zstd ends within its limits.

#include <cstdlib>

#include "stream/decompress.h"

using namespace tallyman;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Limits limits;
  limits.layer_bytes = 4 << 20;
  limits.stream_members = 1000;
  limits.zstd_window_log = 22;
  MemoryReader reader({data, size});
  auto source = Decompressor::open(reader, limits);
  if (!source || (*source)->packing() != Packing::zstd) return 0;
  std::uint64_t total = 0;
  while (true) {
    Result<ByteView> chunk = (*source)->next();
    if (!chunk || chunk->empty()) break;
    total += chunk->size();
  }
  if (total > limits.layer_bytes) std::abort();
  return 0;
}
