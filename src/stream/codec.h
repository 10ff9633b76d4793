#pragma once
// What gzip, zstd and plain share: the budgets, the error that stays, the byte offsets in
// messages. Used by decompress.cc and the codecs only.

#include <memory>
#include <optional>
#include <string>

#include "stream/decompress.h"
#include "stream/input_buffer.h"

namespace tallyman {

class Codec : public Decompressor {
 public:
  // The next chunk, once it passed Limits::layer_bytes and Limits::ratio.
  Result<ByteView> next() final;
  std::uint64_t bytes_in() const final { return input_.taken(); }
  std::uint64_t bytes_out() const final { return bytes_out_; }

 protected:
  // Big enough that the codec's work per call is nothing, small enough to stay in the second-level
  // cache until hash and tar reader have seen it.
  static constexpr std::size_t kChunk = 256 * 1024;

  Codec(InputBuffer input, const Limits& limits) : input_(std::move(input)), limits_(limits) {}

  // The next bytes, empty at a proper end of the stream. Keeps `filled_` up to date while it works.
  virtual Result<ByteView> produce() = 0;

  // Counts a gzip member or zstd frame that begins; too_large beyond Limits::stream_members.
  Result<void> count_member();
  // An error that says where in both streams we are.
  std::unexpected<Error> failure(ErrorKind kind, std::string code, std::string_view what) const;

  InputBuffer input_;
  const Limits limits_;
  std::size_t filled_ = 0;  // bytes of the chunk in the making

 private:
  Result<ByteView> checked();

  std::uint64_t bytes_out_ = 0;
  std::uint64_t members_ = 0;
  bool ended_ = false;
  std::optional<Error> failed_;
};

// REQUIRES that the stream begins with a gzip member's two magic bytes.
std::unique_ptr<Decompressor> make_gzip(InputBuffer input, const Limits& limits);
// REQUIRES that the stream begins with a zstd frame's four magic bytes.
std::unique_ptr<Decompressor> make_zstd(InputBuffer input, const Limits& limits);

bool is_gzip(ByteView start);
bool is_zstd(ByteView start);

}  // namespace tallyman
