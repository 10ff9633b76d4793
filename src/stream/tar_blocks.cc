#include "stream/tar_blocks.h"

#include <fmt/format.h>

#include <algorithm>

namespace tallyman {

Result<std::optional<ByteView>> TarBlocks::block() {
  if (chunk_.size() >= kTarBlock) {
    ByteView block = chunk_.first(kTarBlock);
    advance(kTarBlock);
    return block;
  }
  std::size_t have = 0;
  while (have < kTarBlock) {
    if (chunk_.empty() && !TRY(refill())) break;
    std::size_t step = std::min(kTarBlock - have, chunk_.size());
    std::ranges::copy(chunk_.first(step), straddling_.data() + have);
    advance(step);
    have += step;
  }
  if (have == 0) return std::nullopt;
  if (have < kTarBlock) {
    return failure(ErrorKind::corrupt, "tar.truncated", "the archive ends inside a header");
  }
  return ByteView(straddling_);
}

Result<ByteView> TarBlocks::inner_block() {
  std::optional<ByteView> found = TRY(block());
  if (!found) {
    return failure(ErrorKind::corrupt, "tar.truncated", "the archive ends inside a member");
  }
  return *found;
}

Result<ByteView> TarBlocks::some(std::uint64_t most) {
  if (chunk_.empty() && !TRY(refill())) {
    return failure(ErrorKind::corrupt, "tar.truncated", "the archive ends inside a member");
  }
  ByteView piece =
      chunk_.first(static_cast<std::size_t>(std::min<std::uint64_t>(most, chunk_.size())));
  advance(piece.size());
  return piece;
}

Result<void> TarBlocks::skip(std::uint64_t size) {
  while (size > 0) size -= TRY(some(size)).size();
  return {};
}

Result<void> TarBlocks::drain() {
  do {
    advance(chunk_.size());
  } while (TRY(refill()));
  return {};
}

Result<bool> TarBlocks::refill() {
  chunk_ = TRY(source_.next());
  return !chunk_.empty();
}

void TarBlocks::advance(std::size_t count) {
  chunk_ = chunk_.subspan(count);
  offset_ += count;
}

std::unexpected<Error> TarBlocks::failure(ErrorKind kind, std::string code,
                                          std::string_view what) const {
  return fail(kind, std::move(code), fmt::format("tar byte {}: {}", offset_, what));
}

Result<void> TarBlocks::located(Result<void> result) const {
  if (result) return result;
  return std::unexpected(with_context(result.error(), fmt::format("tar byte {}", offset_)));
}

}  // namespace tallyman
