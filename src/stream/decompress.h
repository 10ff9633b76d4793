#pragma once
// gzip (RFC 1952, any number of members), zstd (RFC 8878, any number of frames, skippable ones
// too) or plain bytes, told apart by their first bytes, whatever the media type claims.

#include <memory>

#include "base/reader.h"
#include "stream/chunk_source.h"
#include "stream/limits.h"

namespace tallyman {

enum class Packing : std::uint8_t { plain, gzip, zstd };

class Decompressor : public ChunkSource {
 public:
  // Reads the first bytes of `source`, which must outlive the result.
  // Errors while reading: corrupt "gzip.malformed", "gzip.truncated", "gzip.checksum",
  // "gzip.trailing_garbage", "zstd.malformed", "zstd.truncated", too_large "stream.ratio",
  // "stream.layer_bytes", "stream.members", "gzip.header", "zstd.window"; contexts carry both byte
  // offsets. Checksums are known at a member's end only: nothing may be concluded from the bytes
  // before the end of the stream was reached.
  // Zero padding after the last gzip member is accepted, as GNU gzip does.
  static Result<std::unique_ptr<Decompressor>> open(Reader& source, const Limits& limits);

  virtual Packing packing() const = 0;
  virtual std::uint64_t bytes_in() const = 0;   // taken from the source
  virtual std::uint64_t bytes_out() const = 0;  // handed out
};

}  // namespace tallyman
