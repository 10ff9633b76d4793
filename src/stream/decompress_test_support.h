#pragma once
// For tests only: readers that are slow or fail, and decompression to one string.

#include <algorithm>
#include <string>

#include "base/reader.h"
#include "stream/decompress.h"

namespace tallyman::testing_support {

// At most `step` bytes a read.
class SlowReader final : public Reader {
 public:
  SlowReader(ByteView bytes, std::size_t step) : memory_(bytes), step_(step) {}
  Result<std::size_t> read(ByteSpan into) override {
    return memory_.read(into.first(std::min(step_, into.size())));
  }

 private:
  MemoryReader memory_;
  std::size_t step_;
};

// Fails, as a network does, when its bytes are used up.
class FailingReader final : public Reader {
 public:
  explicit FailingReader(ByteView bytes) : memory_(bytes) {}
  Result<std::size_t> read(ByteSpan into) override {
    std::size_t got = TRY(memory_.read(into));
    if (got == 0) return fail(ErrorKind::unavailable, "test.broken", "the peer is gone");
    return got;
  }

 private:
  MemoryReader memory_;
};

inline Result<std::string> drain(ChunkSource& source) {
  std::string all;
  while (true) {
    ByteView chunk = TRY(source.next());
    if (chunk.empty()) return all;
    all += as_text(chunk);
  }
}

inline Result<std::string> decompress(Reader& reader, const Limits& limits = {}) {
  auto source = TRY(Decompressor::open(reader, limits));
  return drain(*source);
}

inline Result<std::string> decompress(ByteView bytes, const Limits& limits = {}) {
  MemoryReader reader(bytes);
  return decompress(reader, limits);
}

// "" when it worked, else the error's code.
template <class T>
std::string code_of(const Result<T>& result) {
  return result ? "" : result.error().code;
}

// Text that compresses, and differs everywhere.
inline std::string sample_text(std::size_t size) {
  std::string text;
  for (std::uint64_t i = 1; text.size() < size; ++i) text += std::to_string(i * i * 2654435761U);
  text.resize(size);
  return text;
}

}  // namespace tallyman::testing_support
