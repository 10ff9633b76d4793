#include "http/body_buffer.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace tallyman {
namespace {

// Not std::copy: on spans g++ 12 copies byte by byte.
void copy_bytes(ByteView from, ByteSpan to) {
  if (!from.empty()) std::memcpy(to.data(), from.data(), from.size());
}

}  // namespace

std::size_t BodyBuffer::drain(ByteSpan into) {
  ByteView left = ByteView(held_).subspan(taken_);
  left = left.first(std::min(left.size(), into.size()));
  copy_bytes(left, into);
  taken_ += left.size();
  if (taken_ == held_.size()) {
    held_.clear();
    taken_ = 0;
  }
  return left.size();
}

void BodyBuffer::lend(ByteSpan into) {
  lent_ = into;
  filled_ = 0;
}

std::size_t BodyBuffer::take_back() {
  lent_ = {};
  return std::exchange(filled_, 0);
}

bool BodyBuffer::accept(ByteView bytes) {
  if (discard_) return true;
  ByteSpan space = lent_.subspan(filled_);
  if (bytes.size() > space.size() + (kMaxHeld - held_.size())) return false;
  ByteView direct = bytes.first(std::min(bytes.size(), space.size()));
  copy_bytes(direct, space);
  filled_ += direct.size();
  held_.insert(held_.end(), bytes.begin() + static_cast<std::ptrdiff_t>(direct.size()),
               bytes.end());
  return true;
}

}  // namespace tallyman
