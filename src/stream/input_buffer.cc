#include "stream/input_buffer.h"

#include <algorithm>
#include <cstring>

namespace tallyman {
namespace {

constexpr std::size_t kSize = 256 * 1024;
constexpr std::size_t kWellFilled = 128 * 1024;

}  // namespace

InputBuffer::InputBuffer(Reader& source)
    : source_(&source), bytes_(std::make_unique_for_overwrite<std::uint8_t[]>(kSize)) {}

void InputBuffer::advance(std::ptrdiff_t count) {
  begin_ = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(begin_) + count);
}

Result<void> InputBuffer::fill() {
  std::size_t kept = std::min(begin_, kKept);
  std::memmove(bytes_.get(), bytes_.get() + begin_ - kept, end_ - begin_ + kept);
  end_ -= begin_ - kept;
  begin_ = kept;
  while (!ended_ && end_ < kWellFilled) {
    std::size_t got = TRY(source_->read({bytes_.get() + end_, kSize - end_}));
    ended_ = got == 0;
    end_ += got;
    taken_ += got;
  }
  return {};
}

Result<ByteView> InputBuffer::at_least(std::size_t count) {
  if (view().size() < count) TRY(fill());
  return view();
}

}  // namespace tallyman
