#pragma once
// SHA-256 (FIPS 180-4) over OpenSSL, as a value and as a tap on a stream.

#include <array>
#include <memory>

#include "base/reader.h"
#include "stream/chunk_source.h"

namespace tallyman {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(ByteView bytes);
  // Ends this hash; REQUIRES no further call.
  std::array<std::uint8_t, 32> finish();
  // The hash of `bytes` at once.
  static std::array<std::uint8_t, 32> of(ByteView bytes);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// Hashes what passes from `source` (which must outlive it) to the caller: the tar.
class HashingSource final : public ChunkSource {
 public:
  explicit HashingSource(ChunkSource& source) : source_(source) {}
  Result<ByteView> next() override;
  Sha256& hash() { return hash_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  ChunkSource& source_;
  Sha256 hash_;
  std::uint64_t bytes_ = 0;
};

// The same for a Reader: the compressed bytes.
class HashingReader final : public Reader {
 public:
  explicit HashingReader(Reader& source) : source_(source) {}
  Result<std::size_t> read(ByteSpan into) override;
  Sha256& hash() { return hash_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  Reader& source_;
  Sha256 hash_;
  std::uint64_t bytes_ = 0;
};

}  // namespace tallyman
