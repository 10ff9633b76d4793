#pragma once
// For tests and fuzzing only: builds zip archives byte by byte.

#include <zlib.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace tallyman::testing_support {

inline std::string little(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xff);
  return text;
}

// A raw deflate stream.
inline std::string deflate_raw(std::string_view content, int level = 6) {
  z_stream stream{};
  deflateInit2(&stream, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, content.size()) + 16, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// A member as a test wants it; right by default, wrong where the test changes it.
struct ZipEntry {
  ZipEntry(std::string_view member_name, std::string_view content, bool packed = true)
      : name(member_name),
        data(packed ? deflate_raw(content) : std::string(content)),
        size(content.size()),
        compressed_size(data.size()),
        crc(static_cast<std::uint32_t>(
            crc32(0, as_bytes(content).data(), static_cast<uInt>(content.size())))),
        method(packed ? 8 : 0) {}

  std::string name;
  std::string data;
  std::uint64_t size;
  std::uint64_t compressed_size;
  std::uint32_t crc;
  std::uint16_t method;
  std::uint16_t flags = 0;
  std::int64_t header_shift = 0;  // added to the true offset of the local header
  bool zip64 = false;             // sizes and offset in the extra field
};

struct ZipOptions {
  bool zip64 = false;        // end record too
  std::string comment = {};  // of the archive
};

inline std::string zip(const std::vector<ZipEntry>& entries, const ZipOptions& options = {}) {
  std::string file;
  std::string directory;
  for (const ZipEntry& entry : entries) {
    std::uint64_t offset = file.size() + static_cast<std::uint64_t>(entry.header_shift);
    auto length = [&](std::uint64_t value) { return little(entry.zip64 ? 0xffffffff : value, 4); };
    // Sizes of the local header are never looked at; its extra field is longer than the
    // directory's.
    file += "PK\x03\x04" + little(20, 2) + little(entry.flags, 2) + little(entry.method, 2) +
            std::string(16, '\0') + little(entry.name.size(), 2) + little(6, 2) + entry.name +
            little(0x7777, 2) + little(2, 2) + "xx" + entry.data;
    std::string extra = little(0x7777, 2) + little(0, 2);
    if (entry.zip64) {
      extra += little(1, 2) + little(24, 2) + little(entry.size, 8) +
               little(entry.compressed_size, 8) + little(offset, 8);
    }
    directory += "PK\x01\x02" + little(20, 2) + little(20, 2) + little(entry.flags, 2) +
                 little(entry.method, 2) + little(0, 4) + little(entry.crc, 4) +
                 length(entry.compressed_size) + length(entry.size) + little(entry.name.size(), 2) +
                 little(extra.size(), 2) + little(1, 2) + little(0, 8) + length(offset) +
                 entry.name + extra + "c";
  }
  std::uint64_t start = file.size();
  std::uint64_t end64 = start + directory.size();
  file += directory;
  if (options.zip64) {
    file += "PK\x06\x06" + little(44, 8) + little(45, 2) + little(45, 2) + little(0, 8) +
            little(entries.size(), 8) + little(entries.size(), 8) + little(directory.size(), 8) +
            little(start, 8) + "PK\x06\x07" + little(0, 4) + little(end64, 8) + little(1, 4);
  }
  auto narrow = [&](std::uint64_t value, int bytes) {
    return little(options.zip64 ? ~0ULL : value, bytes);
  };
  return file + "PK\x05\x06" + little(0, 4) + narrow(entries.size(), 2) +
         narrow(entries.size(), 2) + narrow(directory.size(), 4) + narrow(start, 4) +
         little(options.comment.size(), 2) + options.comment;
}

}  // namespace tallyman::testing_support
