#pragma once
// Length-prefixed little-endian values in a byte string: what stored and piped documents of this
// program are made of. The reader believes nothing: every length is held against what is left.

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "model/digest.h"

namespace tallyman {

// Appends values to a byte string.
class ByteWriter {
 public:
  template <std::unsigned_integral T>
  void number(T value) {
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      out_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
  }
  void flag(bool value) { number<std::uint8_t>(value ? 1 : 0); }
  // A number of things that follow. REQUIRES count < 2^32, as for every text's length.
  void count(std::size_t count) { number(static_cast<std::uint32_t>(count)); }
  void raw(ByteView bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
  void text(std::string_view text);
  // One byte of length (0, 32 or 64) and the hash itself.
  void digest(const Digest& digest);

  Bytes take() { return std::move(out_); }

 private:
  Bytes out_;
};

// Reads them back. Every error is of kind corrupt with the code given, and names the offset.
class ByteReader {
 public:
  // `bytes` must outlive the reader; `code` is the error code of the document ("facts.malformed").
  ByteReader(ByteView bytes, std::string_view code) : bytes_(bytes), code_(code) {}

  template <std::unsigned_integral T>
  Result<T> number() {
    TRY(need(sizeof(T)));
    T value = load_le<T>(bytes_, at_);
    at_ += sizeof(T);
    return value;
  }
  // 0 or 1, nothing else.
  Result<bool> flag();
  // A count of things that take at least `least` bytes each: refused when they cannot fit in
  // what is left, so that the count may be trusted for an allocation.
  Result<std::size_t> count(std::size_t least);
  Result<ByteView> raw(std::size_t length);
  Result<std::string> text();
  Result<Digest> digest();
  // Fails unless every byte was read.
  Result<void> end() const;

  // An error that names the place.
  std::unexpected<Error> malformed(std::string_view what) const;

 private:
  Result<void> need(std::size_t length) const;

  ByteView bytes_;
  std::string_view code_;
  std::size_t at_ = 0;
};

}  // namespace tallyman
