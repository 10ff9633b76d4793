// A gzip file is one or more members (RFC 1952):
//
//   1f 8b 08 FLG mtime[4] xfl os            FLG: 02 FHCRC, 04 FEXTRA, 08 FNAME, 10 FCOMMENT
//   [length[2] extra[length]]               FEXTRA
//   [name... 00] [comment... 00]            FNAME, FCOMMENT
//   [low half of the header's CRC-32 [2]]   FHCRC
//   deflate blocks
//   CRC-32[4] length mod 2^32 [4]           of the member's decompressed bytes
//
// ISA-L inflates and sums (5 % of the time); header and trailer are read here because ISA-L takes
// the end of its input for "more to come" and tells no truncated stream from a paused one.

#include <fmt/format.h>
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include <algorithm>

#include "stream/codec.h"

namespace tallyman {
namespace {

enum HeaderFlag : std::uint8_t { fhcrc = 0x02, fextra = 0x04, fname = 0x08, fcomment = 0x10 };
constexpr std::uint8_t kReservedFlags = 0xe0;
constexpr std::size_t kFixedHeader = 10;
constexpr std::size_t kTrailer = 8;

std::string_view inflate_error(int status) {
  switch (status) {
    case ISAL_INVALID_BLOCK:
      return "invalid deflate block";
    case ISAL_INVALID_SYMBOL:
      return "invalid deflate symbol";
    case ISAL_INVALID_LOOKBACK:
      return "deflate match reaches before the start";
    default:
      return "not a deflate stream";
  }
}

class Gzip final : public Codec {
 public:
  Gzip(InputBuffer input, const Limits& limits)
      : Codec(std::move(input), limits),
        state_(std::make_unique_for_overwrite<inflate_state>()),
        out_(std::make_unique_for_overwrite<std::uint8_t[]>(kChunk)) {
    isal_inflate_init(state_.get());
  }
  Packing packing() const override { return Packing::gzip; }

 protected:
  Result<ByteView> produce() override;

 private:
  Result<bool> begin_member();
  Result<bool> at_member();
  Result<void> read_header();
  Result<void> skip_header_bytes(std::size_t count);
  Result<void> skip_header_text();
  Result<void> take_header(std::size_t count);
  Result<void> inflate();
  Result<void> end_member();
  std::unexpected<Error> truncated() const {
    return failure(ErrorKind::corrupt, "gzip.truncated", "the gzip stream ends too early");
  }

  std::unique_ptr<inflate_state> state_;
  std::unique_ptr<std::uint8_t[]> out_;
  bool first_ = true;
  bool in_member_ = false;
  std::uint64_t member_bytes_ = 0;  // decompressed, of the member at hand
  std::uint32_t header_crc_ = 0;
  std::size_t header_bytes_ = 0;
};

Result<ByteView> Gzip::produce() {
  while (filled_ < kChunk) {
    if (!in_member_ && !TRY(begin_member())) break;
    TRY(inflate());
  }
  return ByteView(out_.get(), filled_);
}

// False at the end of the file.
Result<bool> Gzip::begin_member() {
  if (!TRY(at_member())) return false;
  TRY(count_member());
  TRY(read_header());
  isal_inflate_reset(state_.get());
  state_->crc_flag = ISAL_GZIP_NO_HDR;
  member_bytes_ = 0;
  in_member_ = true;
  first_ = false;
  return true;
}

// True before a member, false at the end of the file, which zeros may precede: tapes and some
// tools pad.
Result<bool> Gzip::at_member() {
  ByteView start = TRY(input_.at_least(2));
  if (first_ || is_gzip(start)) return true;
  while (!start.empty()) {
    for (std::uint8_t byte : start) {
      if (byte != 0) {
        return failure(ErrorKind::corrupt, "gzip.trailing_garbage",
                       "bytes that are neither gzip nor zero follow the gzip stream");
      }
    }
    input_.advance(static_cast<std::ptrdiff_t>(start.size()));
    start = TRY(input_.at_least(1));
  }
  return false;
}

Result<void> Gzip::read_header() {
  header_crc_ = 0;
  header_bytes_ = 0;
  ByteView fixed = TRY(input_.at_least(kFixedHeader));
  if (fixed.size() < kFixedHeader) return truncated();
  std::uint8_t flags = fixed[3];
  if (fixed[2] != 8 || (flags & kReservedFlags) != 0) {
    return failure(ErrorKind::corrupt, "gzip.malformed",
                   fmt::format("unknown gzip method {} or flags {:#x}", fixed[2], flags));
  }
  TRY(take_header(kFixedHeader));
  if ((flags & fextra) != 0) {
    ByteView length = TRY(input_.at_least(2));
    if (length.size() < 2) return truncated();
    std::size_t extra = load_le<std::uint16_t>(length, 0);
    TRY(take_header(2));
    TRY(skip_header_bytes(extra));
  }
  if ((flags & fname) != 0) TRY(skip_header_text());
  if ((flags & fcomment) != 0) TRY(skip_header_text());
  if ((flags & fhcrc) != 0) {
    ByteView sum = TRY(input_.at_least(2));
    if (sum.size() < 2) return truncated();
    if (load_le<std::uint16_t>(sum, 0) != (header_crc_ & 0xffff)) {
      return failure(ErrorKind::corrupt, "gzip.checksum", "the gzip header's checksum is wrong");
    }
    TRY(take_header(2));
  }
  return {};
}

Result<void> Gzip::skip_header_bytes(std::size_t count) {
  while (count > 0) {
    ByteView view = TRY(input_.at_least(1));
    if (view.empty()) return truncated();
    std::size_t step = std::min(count, view.size());
    TRY(take_header(step));
    count -= step;
  }
  return {};
}

Result<void> Gzip::skip_header_text() {
  while (true) {
    ByteView view = TRY(input_.at_least(1));
    if (view.empty()) return truncated();
    std::size_t end = as_text(view).find('\0');
    if (end != std::string_view::npos) return take_header(end + 1);
    TRY(take_header(view.size()));
  }
}

Result<void> Gzip::take_header(std::size_t count) {
  header_crc_ = crc32_gzip_refl(header_crc_, input_.view().data(), count);
  header_bytes_ += count;
  input_.advance(static_cast<std::ptrdiff_t>(count));
  if (header_bytes_ > limits_.metadata_bytes) {
    return failure(ErrorKind::too_large, "gzip.header",
                   fmt::format("a gzip header of more than {} bytes", limits_.metadata_bytes));
  }
  return {};
}

// One call of ISA-L into the rest of the chunk.
Result<void> Gzip::inflate() {
  ByteView held = TRY(input_.at_least(1));
  std::size_t room = kChunk - filled_;
  state_->next_in = const_cast<std::uint8_t*>(held.data());  // ISA-L does not write there
  state_->avail_in = static_cast<std::uint32_t>(held.size());
  state_->next_out = out_.get() + filled_;
  state_->avail_out = static_cast<std::uint32_t>(room);
  int status = isal_inflate(state_.get());
  std::ptrdiff_t used = state_->next_in - held.data();
  input_.advance(used);
  std::size_t made = room - state_->avail_out;
  filled_ += made;
  member_bytes_ += made;
  if (status != ISAL_DECOMP_OK) {
    return failure(ErrorKind::corrupt, "gzip.malformed", inflate_error(status));
  }
  if (state_->block_state == ISAL_BLOCK_FINISH) return end_member();
  if (made == 0 && used == 0) return truncated();
  return {};
}

Result<void> Gzip::end_member() {
  // Whole bytes that were loaded into the bit buffer and belong to the trailer. (From 2.32.1 on
  // ISA-L gives them back itself, and leaves none.)
  input_.advance(-(state_->read_in_length / 8));
  in_member_ = false;
  ByteView trailer = TRY(input_.at_least(kTrailer));
  if (trailer.size() < kTrailer) return truncated();
  if (load_le<std::uint32_t>(trailer, 0) != state_->crc) {
    return failure(ErrorKind::corrupt, "gzip.checksum", "the CRC-32 of the content is wrong");
  }
  if (load_le<std::uint32_t>(trailer, 4) != static_cast<std::uint32_t>(member_bytes_)) {
    return failure(ErrorKind::corrupt, "gzip.checksum", "the length of the content is wrong");
  }
  input_.advance(kTrailer);
  return {};
}

}  // namespace

bool is_gzip(ByteView start) { return start.size() >= 2 && start[0] == 0x1f && start[1] == 0x8b; }

std::unique_ptr<Decompressor> make_gzip(InputBuffer input, const Limits& limits) {
  return std::make_unique<Gzip>(std::move(input), limits);
}

}  // namespace tallyman
