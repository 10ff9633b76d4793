#pragma once
// A tar archive as a stream of members (POSIX pax interchange format, ustar, old GNU with long
// names and sparse files). Nothing is written anywhere; contents not asked for are skipped.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "stream/chunk_source.h"
#include "stream/limits.h"

namespace tallyman {

enum class TarType : std::uint8_t { file, hardlink, symlink, directory, other };

struct TarMember {
  std::string path;         // as written (PAX path wins over GNU wins over ustar), unnormalised
  std::string link_target;  // of links, as written
  TarType type = TarType::file;
  std::uint64_t size = 0;         // bytes of content as a reader of the file sees it (sparse: logical)
  std::uint64_t stored_size = 0;  // bytes of it in the archive
  std::uint64_t offset = 0;       // of the member's first header block in the archive
  bool sparse = false;
};

class TarReader {
 public:
  // `source` must outlive the reader.
  TarReader(ChunkSource& source, const Limits& limits);

  // The next member; nullopt at the end of the archive (two zero blocks, or a clean end of the
  // stream at a block boundary, with the rest of the stream drained so that a digest covers it).
  // Unread content of the previous member is skipped. Errors: corrupt "tar.malformed",
  // "tar.checksum", "tar.truncated"; too_large "tar.metadata", "tar.entries", "tar.path",
  // "tar.sparse"; contexts carry the byte offset. After an error the reader stays failed.
  Result<std::optional<TarMember>> next();

  // The content of the member that next() returned last, whole; sparse holes as zeros.
  // REQUIRES member.size <= the caller's budget: the size is known from the header.
  // At most once per member.
  Result<Bytes> content();

  // Members returned so far.
  std::uint64_t entries() const { return entries_; }

 private:
  struct Pending;  // what PAX and GNU records said of the member to come
  Result<std::optional<ByteView>> block();
  Result<Bytes> take(std::uint64_t size);
  Result<void> skip(std::uint64_t size);
  Result<void> drain();
  Result<TarMember> read_member(ByteView header, Pending& pending);

  ChunkSource& source_;
  const Limits& limits_;
  ByteView chunk_;
  std::uint64_t offset_ = 0;       // of chunk_ within the archive
  std::uint64_t unread_ = 0;       // content left of the current member
  std::uint64_t padding_ = 0;      // after it
  std::uint64_t entries_ = 0;
  std::array<std::uint8_t, 512> straddling_{};  // a block that crosses two chunks
  std::optional<Error> failed_;
  struct Region {
    std::uint64_t offset;
    std::uint64_t size;
  };
  std::vector<Region> sparse_;
  std::uint64_t logical_size_ = 0;
};

}  // namespace tallyman
