#include "model/byte_codec.h"

#include <fmt/format.h>

#include "base/encoding.h"

namespace tallyman {

void ByteWriter::text(std::string_view text) {
  count(text.size());
  raw(as_bytes(text));
}

void ByteWriter::digest(const Digest& digest) {
  Bytes hash = hex_decode(digest.hex()).value_or(Bytes());
  number(static_cast<std::uint8_t>(hash.size()));
  raw(hash);
}

Result<bool> ByteReader::flag() {
  auto value = TRY(number<std::uint8_t>());
  if (value > 1) return malformed("a flag that is neither 0 nor 1");
  return value == 1;
}

Result<std::size_t> ByteReader::count(std::size_t least) {
  std::size_t count = TRY(number<std::uint32_t>());
  if (count > (bytes_.size() - at_) / least) return malformed("more entries than bytes are left");
  return count;
}

Result<ByteView> ByteReader::raw(std::size_t length) {
  TRY(need(length));
  ByteView taken = bytes_.subspan(at_, length);
  at_ += length;
  return taken;
}

Result<std::string> ByteReader::text() {
  std::size_t length = TRY(count(1));
  ByteView bytes = TRY(raw(length));
  return std::string(as_text(bytes));
}

Result<Digest> ByteReader::digest() {
  auto length = TRY(number<std::uint8_t>());
  if (length == 0) return Digest();
  if (length != 32 && length != 64) return malformed("a digest of no known length");
  return Digest::from_bytes(TRY(raw(length)));
}

Result<void> ByteReader::end() const {
  if (at_ != bytes_.size()) return malformed("bytes after the end");
  return {};
}

std::unexpected<Error> ByteReader::malformed(std::string_view what) const {
  return fail(ErrorKind::corrupt, std::string(code_), fmt::format("offset {}: {}", at_, what));
}

Result<void> ByteReader::need(std::size_t length) const {
  if (length > bytes_.size() - at_) return malformed("it ends early");
  return {};
}

}  // namespace tallyman
