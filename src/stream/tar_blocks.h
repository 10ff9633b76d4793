#pragma once
// The bytes of a tar archive as its reader wants them: headers a block at a time and in place,
// contents in whatever pieces the source lends, skipped contents by arithmetic only.

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "stream/chunk_source.h"

namespace tallyman {

constexpr std::size_t kTarBlock = 512;

class TarBlocks {
 public:
  // `source` must outlive this.
  explicit TarBlocks(ChunkSource& source) : source_(source) {}

  // The next block, valid until the next call of anything here; nullopt if the stream ends right
  // here. Errors: "tar.truncated" inside a block, and the source's.
  Result<std::optional<ByteView>> block();
  // The next block of a run that cannot end here. Errors as above.
  Result<ByteView> inner_block();
  // The next bytes, at least one and at most `most` (> 0), valid until the next call.
  // Errors: "tar.truncated" at the stream's end, and the source's.
  Result<ByteView> some(std::uint64_t most);
  // Errors as some().
  Result<void> skip(std::uint64_t size);
  // Reads to the end of the stream. Errors: the source's.
  Result<void> drain();

  std::uint64_t offset() const { return offset_; }  // of what comes next, in the archive

  // An error that names the byte offset.
  std::unexpected<Error> failure(ErrorKind kind, std::string code, std::string_view what) const;
  // `result`, its error with the byte offset in front.
  Result<void> located(Result<void> result) const;

 private:
  Result<bool> refill();
  void advance(std::size_t count);

  ChunkSource& source_;
  ByteView chunk_;
  std::uint64_t offset_ = 0;
  std::array<std::uint8_t, kTarBlock> straddling_{};  // a block that lies in two chunks
};

}  // namespace tallyman
