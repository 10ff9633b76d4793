// Whatever the bytes, gzip ends within its limits. Bytes that are no gzip file are taken for a raw
// deflate stream and wrapped in a right header and trailer (a fuzzer finds no CRC): what zlib
// inflates, we inflate to the same bytes.

#include <zlib.h>

#include <cstdlib>
#include <optional>

#include "stream/decompress.h"

using namespace tallyman;

namespace {

constexpr std::size_t kMost = 1 << 18;

Result<Bytes> inflate_ours(ByteView packed) {
  Limits limits;
  limits.layer_bytes = kMost;
  limits.stream_members = 1000;
  limits.metadata_bytes = 1 << 16;
  MemoryReader reader(packed);
  auto source = TRY(Decompressor::open(reader, limits));
  Bytes all;
  while (true) {
    ByteView chunk = TRY(source->next());
    if (chunk.empty()) return all;
    all.insert(all.end(), chunk.begin(), chunk.end());
  }
}

// nullopt if zlib refuses the raw stream or it is too long; moves `used` to its end.
std::optional<Bytes> inflate_zlib(ByteView deflated, std::size_t& used) {
  Bytes all(kMost);
  z_stream stream{};
  inflateInit2(&stream, -15);
  stream.next_in = const_cast<Bytef*>(deflated.data());
  stream.avail_in = static_cast<uInt>(deflated.size());
  stream.next_out = all.data();
  stream.avail_out = static_cast<uInt>(all.size());
  int status = inflate(&stream, Z_FINISH);
  used = stream.total_in;
  all.resize(stream.total_out);
  inflateEnd(&stream);
  if (status != Z_STREAM_END) return std::nullopt;
  return all;
}

void append_le(Bytes& bytes, std::uint64_t value) {
  for (int i = 0; i < 4; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView input(data, size);
  if (size >= 2 && data[0] == 0x1f && data[1] == 0x8b) {
    Result<Bytes> ignored = inflate_ours(input);
    return 0;
  }
  std::size_t used = 0;
  std::optional<Bytes> expected = inflate_zlib(input, used);
  Bytes packed = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};
  packed.insert(packed.end(), data, data + used);
  append_le(packed, expected ? crc32(0, expected->data(), static_cast<uInt>(expected->size())) : 0);
  append_le(packed, expected ? expected->size() : 0);
  Result<Bytes> ours = inflate_ours(packed);
  if (expected && (!ours || *ours != *expected)) std::abort();
  return 0;
}
