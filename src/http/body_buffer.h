#pragma once
// Where body bytes go between libcurl, which delivers as much as it has, and a reader, who asks
// for less: into the reader's own memory first, the rest into a bounded store.

#include <cstddef>

#include "base/bytes.h"

namespace tallyman {

class BodyBuffer {
 public:
  // The most that is held for later. One delivery of libcurl is at most half of it.
  static constexpr std::size_t kMaxHeld = 1 << 20;

  // Moves held bytes into `into`; returns their number.
  std::size_t drain(ByteSpan into);
  // Until take_back(), accepted bytes go straight into `into`. REQUIRES: nothing is held.
  void lend(ByteSpan into);
  // Ends the loan; returns how many bytes were put there.
  std::size_t take_back();
  // Bytes put into the lent memory so far.
  std::size_t filled() const { return filled_; }
  // From now on accepted bytes are thrown away.
  void discard() { discard_ = true; }

  // Takes all of `bytes`, or nothing (false) when they do not fit.
  bool accept(ByteView bytes);

 private:
  ByteSpan lent_;
  std::size_t filled_ = 0;
  Bytes held_;
  std::size_t taken_ = 0;  // of held_
  bool discard_ = false;
};

}  // namespace tallyman
