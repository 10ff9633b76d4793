#include "stream/decompress.h"

#include <fmt/format.h>

#include "stream/codec.h"

namespace tallyman {
namespace {

// Small streams may expand as they like: what matters is the absolute cost.
constexpr std::uint64_t kRatioFree = 64ULL << 20;

class Plain final : public Codec {
 public:
  Plain(InputBuffer input, const Limits& limits) : Codec(std::move(input), limits) {}
  Packing packing() const override { return Packing::plain; }

 protected:
  Result<ByteView> produce() override {
    input_.advance(static_cast<std::ptrdiff_t>(lent_));
    ByteView view = TRY(input_.at_least(1));
    lent_ = view.size();
    return view;
  }

 private:
  std::size_t lent_ = 0;  // bytes of the view that the caller is looking at
};

}  // namespace

Result<ByteView> Codec::next() {
  if (failed_) return std::unexpected(*failed_);
  if (ended_) return ByteView();
  Result<ByteView> chunk = checked();
  if (!chunk) {
    failed_ = chunk.error();
  } else {
    ended_ = chunk->empty();
  }
  return chunk;
}

Result<ByteView> Codec::checked() {
  filled_ = 0;
  ByteView chunk = TRY(produce());
  filled_ = 0;
  bytes_out_ += chunk.size();
  if (bytes_out_ > limits_.layer_bytes) {
    return failure(ErrorKind::too_large, "stream.layer_bytes",
                   fmt::format("more than {} bytes after decompression", limits_.layer_bytes));
  }
  if (bytes_out_ > kRatioFree && bytes_out_ / limits_.ratio > bytes_in()) {
    return failure(ErrorKind::too_large, "stream.ratio",
                   fmt::format("expands more than {} times", limits_.ratio));
  }
  return chunk;
}

Result<void> Codec::count_member() {
  if (++members_ > limits_.stream_members) {
    return failure(ErrorKind::too_large, "stream.members",
                   fmt::format("more than {} concatenated streams", limits_.stream_members));
  }
  return {};
}

std::unexpected<Error> Codec::failure(ErrorKind kind, std::string code,
                                      std::string_view what) const {
  return fail(kind, std::move(code),
              fmt::format("compressed byte {}, decompressed byte {}: {}", input_.consumed(),
                          bytes_out_ + filled_, what));
}

Result<std::unique_ptr<Decompressor>> Decompressor::open(Reader& source, const Limits& limits) {
  InputBuffer input(source);
  ByteView start = TRY(input.at_least(4));
  if (is_gzip(start)) return make_gzip(std::move(input), limits);
  if (is_zstd(start)) return make_zstd(std::move(input), limits);
  return std::make_unique<Plain>(std::move(input), limits);
}

}  // namespace tallyman
