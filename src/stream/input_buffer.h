#pragma once
// The compressed side of a decompressor: a window on the source that codecs parse in place.

#include <memory>

#include "base/bytes.h"
#include "base/reader.h"

namespace tallyman {

class InputBuffer {
 public:
  // Bytes that can be given back after they were consumed: ISA-L loads up to eight bytes ahead.
  static constexpr std::size_t kKept = 8;

  // `source` must outlive the buffer.
  explicit InputBuffer(Reader& source);

  // Read and not yet consumed; valid until the next fill() or at_least().
  ByteView view() const { return {bytes_.get() + begin_, end_ - begin_}; }

  // Consumes `count` bytes of the view, or gives back that many when negative.
  // REQUIRES -kKept <= count <= view().size(), and never more given back than was consumed.
  void advance(std::ptrdiff_t count);

  // Reads more behind the view, until the buffer is well filled or the source has ended: many
  // small pieces would each cost the codec a save of its history. Errors: the source's.
  Result<void> fill();

  // The view with at least `count` bytes (at most 64 KiB), fewer only at the source's end.
  Result<ByteView> at_least(std::size_t count);

  std::uint64_t taken() const { return taken_; }  // bytes read from the source
  std::uint64_t consumed() const { return taken_ - (end_ - begin_); }

 private:
  Reader* source_;
  std::unique_ptr<std::uint8_t[]> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t taken_ = 0;
  bool ended_ = false;
};

}  // namespace tallyman
