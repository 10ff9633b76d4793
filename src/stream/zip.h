#pragma once
// A zip archive in memory, read by its central directory only (APPNOTE 6.3; zip64 too).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace tallyman {

struct ZipMember {
  std::string_view name;              // view into the archive
  std::uint64_t size = 0;             // bytes, uncompressed
  std::uint64_t compressed_size = 0;  // bytes
  std::uint64_t header_offset = 0;    // of the local header, in the archive
  std::uint64_t end_bound = 0;        // where the next member, or the directory, begins
  std::uint32_t crc32 = 0;
  std::uint16_t method = 0;  // 0 stored, 8 deflate
};

class ZipArchive {
 public:
  // `bytes` (a file in memory or mapped) must outlive the archive. Refuses overlapping members,
  // encryption, more than `max_members`. Kind corrupt "zip.malformed", "zip.truncated",
  // "zip.overlap"; too_large "zip.members"; unsupported "zip.encrypted".
  static Result<ZipArchive> open(ByteView bytes, std::size_t max_members);

  const std::vector<ZipMember>& members() const { return members_; }  // in directory order

  // The content of `member`, one of members(), into `into` (resized to its size; its memory is
  // used again), CRC-32 checked. `limit` bounds the uncompressed size in bytes (4 GiB - 1 always).
  // Thread-safe. Kind corrupt "zip.malformed", "zip.checksum";
  // too_large "zip.member_size"; unsupported "zip.method".
  Result<void> extract(const ZipMember& member, std::size_t limit, Bytes& into) const;

 private:
  Result<ByteView> data_of(const ZipMember& member) const;

  ByteView bytes_;
  std::vector<ZipMember> members_;
};

}  // namespace tallyman
