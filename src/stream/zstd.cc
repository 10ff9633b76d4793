// A zstd file is one or more frames (RFC 8878), each named by its first four bytes:
//
//   28 b5 2f fd   compressed: window size, blocks, perhaps a checksum (verified by libzstd)
//   5x 2a 4d 18   skippable: length[4], then that many bytes of no meaning to us
//
// Each frame's magic is checked here, because libzstd would also accept the formats from before
// 2016, whose decoders nobody looks at any more.

#include <fmt/format.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <new>

#include "stream/codec.h"

namespace tallyman {
namespace {

constexpr std::size_t kMagic = 4;

struct FreeContext {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

class Zstd final : public Codec {
 public:
  Zstd(InputBuffer input, const Limits& limits)
      : Codec(std::move(input), limits),
        context_(ZSTD_createDCtx()),
        out_(std::make_unique_for_overwrite<std::uint8_t[]>(kChunk)) {
    if (context_ == nullptr) throw std::bad_alloc();
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax,
                           static_cast<int>(limits.zstd_window_log));
  }
  Packing packing() const override { return Packing::zstd; }

 protected:
  Result<ByteView> produce() override;

 private:
  Result<bool> begin_frame();
  Result<void> decompress();
  std::unexpected<Error> decoder_error(std::size_t code) const;

  std::unique_ptr<ZSTD_DCtx, FreeContext> context_;
  std::unique_ptr<std::uint8_t[]> out_;
  bool in_frame_ = false;
};

Result<ByteView> Zstd::produce() {
  while (filled_ < kChunk) {
    if (!in_frame_ && !TRY(begin_frame())) break;
    TRY(decompress());
  }
  return ByteView(out_.get(), filled_);
}

// False at the end of the file.
Result<bool> Zstd::begin_frame() {
  ByteView start = TRY(input_.at_least(kMagic));
  if (start.empty()) return false;
  if (!is_zstd(start)) {
    return failure(ErrorKind::corrupt, start.size() < kMagic ? "zstd.truncated" : "zstd.malformed",
                   "no zstd frame begins here");
  }
  TRY(count_member());
  in_frame_ = true;
  return true;
}

// One call of libzstd into the rest of the chunk.
Result<void> Zstd::decompress() {
  ByteView held = TRY(input_.at_least(1));
  ZSTD_inBuffer in{held.data(), held.size(), 0};
  ZSTD_outBuffer out{out_.get() + filled_, kChunk - filled_, 0};
  std::size_t wanted = ZSTD_decompressStream(context_.get(), &out, &in);
  input_.advance(static_cast<std::ptrdiff_t>(in.pos));
  filled_ += out.pos;
  if (ZSTD_isError(wanted) != 0) return decoder_error(wanted);
  in_frame_ = wanted != 0;
  if (in_frame_ && out.pos == 0 && held.empty()) {
    return failure(ErrorKind::corrupt, "zstd.truncated", "the zstd stream ends too early");
  }
  return {};
}

std::unexpected<Error> Zstd::decoder_error(std::size_t code) const {
  if (ZSTD_getErrorCode(code) == ZSTD_error_frameParameter_windowTooLarge) {
    return failure(
        ErrorKind::too_large, "zstd.window",
        fmt::format("the frame needs a window of more than 2^{} bytes", limits_.zstd_window_log));
  }
  return failure(ErrorKind::corrupt, "zstd.malformed", ZSTD_getErrorName(code));
}

}  // namespace

bool is_zstd(ByteView start) {
  if (start.size() < kMagic) return false;
  auto magic = load_le<std::uint32_t>(start, 0);
  return magic == ZSTD_MAGICNUMBER ||
         (magic & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START;
}

std::unique_ptr<Decompressor> make_zstd(InputBuffer input, const Limits& limits) {
  return std::make_unique<Zstd>(std::move(input), limits);
}

}  // namespace tallyman
