#pragma once
// A stream that lends its own buffer instead of copying into the caller's: the shape of the hot
// path (inflate -> hash -> tar), where a copy of every byte would cost as much as the tar walk.

#include "base/bytes.h"
#include "base/result.h"

namespace tallyman {

class ChunkSource {
 public:
  virtual ~ChunkSource() = default;
  // The next bytes, valid until the next call; empty only at the end of the stream. After an error
  // or the end, further calls return the same.
  virtual Result<ByteView> next() = 0;
};

}  // namespace tallyman
