#include "base/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace tallyman {

Result<std::size_t> read_full(Reader& reader, ByteSpan into) {
  std::size_t total = 0;
  while (total < into.size()) {
    std::size_t got = TRY(reader.read(into.subspan(total)));
    if (got == 0) break;
    total += got;
  }
  return total;
}

Result<Bytes> read_all(Reader& reader, std::size_t limit) {
  constexpr std::size_t kStep = 64 * 1024;
  Bytes all;
  std::size_t used = 0;
  while (true) {
    all.resize(std::max(used + kStep, std::min(used * 2, limit + kStep)));
    std::size_t got = TRY(reader.read(ByteSpan(all).subspan(used)));
    if (got == 0) break;
    used += got;
    if (used > limit) {
      return fail(ErrorKind::too_large, "stream.too_large",
                  fmt::format("more than {} bytes where at most that many are allowed", limit));
    }
  }
  all.resize(used);
  return all;
}

Result<std::size_t> MemoryReader::read(ByteSpan into) {
  std::size_t count = std::min(into.size(), left_.size());
  if (count > 0) std::memcpy(into.data(), left_.data(), count);
  left_ = left_.subspan(count);
  return count;
}

}  // namespace tallyman
