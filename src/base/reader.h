#pragma once
// The one shape of a byte stream: HTTP body, file, gunzip, tar member, upload.

#include <memory>

#include "base/bytes.h"
#include "base/result.h"

namespace tallyman {

class Reader {
 public:
  virtual ~Reader() = default;

  // Fills a prefix of `into` and returns its length in bytes; 0 only at the end of the stream
  // (or for an empty span). After an error or the end, further calls return the same.
  virtual Result<std::size_t> read(ByteSpan into) = 0;
};

// Reads until `into` is full or the stream ends; returns the bytes read.
Result<std::size_t> read_full(Reader& reader, ByteSpan into);

// The rest of the stream. More than `limit` bytes is an error of kind too_large with code
// "stream.too_large", raised before more than limit + 64 KiB are held.
Result<Bytes> read_all(Reader& reader, std::size_t limit);

// Reads from memory. `bytes` must outlive the reader.
class MemoryReader final : public Reader {
 public:
  explicit MemoryReader(ByteView bytes) : left_(bytes) {}
  Result<std::size_t> read(ByteSpan into) override;

 private:
  ByteView left_;
};

}  // namespace tallyman
