#pragma once
// For tests and benches only: builds tar archives byte by byte, and gzip and zstd streams.

#include <zlib.h>
#include <zstd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "stream/chunk_source.h"
#include "stream/tar.h"

namespace tallyman::testing_support {

// A header block as a test wants it; right by default, wrong where the test says so.
struct TarBlock {
  std::string name = {};
  char type = '0';
  std::uint64_t size = 0;
  std::string link_target = {};
  std::string prefix = {};
  std::string_view magic{"ustar\00000", 8};
  std::string size_field = {};  // instead of `size` in octal

  std::string bytes() const {
    std::string block(512, '\0');
    put(block, 0, name);
    put(block, 100, "0000644");
    put(block, 124, size_field.empty() ? octal(size, 11) : size_field);
    put(block, 136, octal(0, 11));
    block[156] = type;
    put(block, 157, link_target);
    put(block, 257, magic);
    put(block, 345, prefix);
    sign(block);
    return block;
  }

  static std::string octal(std::uint64_t value, int width) {
    std::array<char, 32> text{};
    int length = std::snprintf(text.data(), text.size(), "%0*llo", width,
                               static_cast<unsigned long long>(value));
    return {text.data(), static_cast<std::size_t>(length)};
  }
  static void put(std::string& block, std::size_t offset, std::string_view text) {
    std::memcpy(block.data() + offset, text.data(), text.size());
  }
  // Fills in the checksum.
  static void sign(std::string& block) {
    put(block, 148, "        ");
    std::uint64_t sum = 0;
    for (std::uint8_t byte : as_bytes(block)) sum += byte;
    put(block, 148, octal(sum, 6) + std::string("\0 ", 2));
  }
};

// "LENGTH KEY=VALUE\n"
inline std::string pax_record(std::string_view key, std::string_view value) {
  std::size_t rest = key.size() + value.size() + 3;
  std::size_t length = rest + 1;
  while (length != rest + std::to_string(length).size()) {
    length = rest + std::to_string(length).size();
  }
  return std::to_string(length) + " " + std::string(key) + "=" + std::string(value) + "\n";
}

inline std::string padded(std::string content) {
  content.resize((content.size() + 511) / 512 * 512);
  return content;
}

class TarBuilder {
 public:
  TarBuilder& add(TarBlock block, const std::string& content = {}) {
    if (block.size == 0) block.size = content.size();
    return raw(block.bytes() + padded(content));
  }
  TarBuilder& file(const std::string& name, const std::string& content) {
    return add({.name = name}, content);
  }
  TarBuilder& pax(const std::string& records, char type = 'x') {
    return add({.name = "PaxHeaders/x", .type = type}, records);
  }
  TarBuilder& gnu(char type, const std::string& text) {
    return add({.name = "././@LongLink", .type = type, .magic = {"ustar  \0", 8}},
               text + std::string(1, '\0'));
  }
  TarBuilder& raw(const std::string& bytes) {
    bytes_ += bytes;
    return *this;
  }
  const std::string& bytes() const { return bytes_; }
  // With the two zero blocks.
  std::string finish() const { return bytes_ + std::string(1024, '\0'); }

 private:
  std::string bytes_;
};

// One gzip member, by zlib.
inline Bytes gzip(std::string_view content, int level = 6) {
  z_stream stream{};
  deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  Bytes out(deflateBound(&stream, content.size()) + 64);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// One zstd frame with a checksum.
inline Bytes zstd(std::string_view content, int level = 3, int window_log = 0) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  if (window_log != 0) ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
  Bytes out(ZSTD_compressBound(content.size()));
  out.resize(ZSTD_compress2(context, out.data(), out.size(), content.data(), content.size()));
  ZSTD_freeCCtx(context);
  return out;
}

// Lends `bytes` (which must outlive it) in pieces whose sizes `sizes` gives in turn, again and
// again; each piece is a copy of its own so that a sanitizer sees a use after the next call.
class PieceSource final : public ChunkSource {
 public:
  PieceSource(std::string_view bytes, std::vector<std::size_t> sizes)
      : left_(bytes), sizes_(std::move(sizes)) {}
  Result<ByteView> next() override {
    std::string_view piece = left_.substr(0, sizes_[turn_++ % sizes_.size()]);
    left_.remove_prefix(piece.size());
    lent_ = Bytes(piece.begin(), piece.end());
    lent_.shrink_to_fit();
    return ByteView(lent_);
  }

 private:
  std::string_view left_;
  std::vector<std::size_t> sizes_;
  std::size_t turn_ = 0;
  Bytes lent_;
};

struct ReadMember {
  TarMember member;
  std::string content;
};

// Every member with its content (files of at most 16 MiB), or the first error.
inline Result<std::vector<ReadMember>> read_tar(ChunkSource& source, const Limits& limits = {}) {
  TarReader reader(source, limits);
  std::vector<ReadMember> members;
  while (true) {
    std::optional<TarMember> member = TRY(reader.next());
    if (!member) return members;
    Bytes content;
    if (member->size <= 16 << 20) content = TRY(reader.content());
    members.push_back({*std::move(member), std::string(as_text(content))});
  }
}

inline Result<std::vector<ReadMember>> read_tar(std::string_view bytes, const Limits& limits = {},
                                                std::vector<std::size_t> sizes = {100000}) {
  PieceSource source(bytes, std::move(sizes));
  return read_tar(source, limits);
}

}  // namespace tallyman::testing_support
