#pragma once
// A tar archive as a stream of members (POSIX pax interchange format, ustar, old GNU with long
// names and sparse files). Nothing is written anywhere; contents not asked for are skipped.

#include <cstdint>
#include <optional>
#include <string>

#include "stream/chunk_source.h"
#include "stream/limits.h"
#include "stream/tar_blocks.h"
#include "stream/tar_header.h"
#include "stream/tar_records.h"
#include "stream/tar_sparse.h"

namespace tallyman {

enum class TarType : std::uint8_t { file, hardlink, symlink, directory, other };

struct TarMember {
  std::string path;         // as written (PAX path wins over GNU wins over ustar), unnormalised
  std::string link_target;  // of links, as written
  TarType type = TarType::file;
  std::uint64_t size = 0;  // bytes of content as a reader of the file sees it (sparse: logical)
  std::uint64_t stored_size = 0;  // bytes of it in the archive
  std::uint64_t offset = 0;       // of the member's first header block in the archive
  bool sparse = false;
  // PAX and the header block give different sizes although the block could hold PAX's: the PAX one
  // is taken, and another reader may see other members here (CVE-2025-62518).
  bool size_disputed = false;
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
  //
  // Links, directories, devices and FIFOs have no content whatever their size says: so Go's
  // archive/tar reads them, by which every container runtime unpacks. (GNU tar and libarchive
  // would skip a hard link's content if PAX gave it a size.) For the same reason a trailing "/"
  // makes a directory of type NUL (v7) only, not of type "0".
  Result<std::optional<TarMember>> next();

  // The content of the member that next() returned last, whole; sparse holes as zeros.
  // REQUIRES member.size <= the caller's budget: the size is known from the header.
  // At most once per member.
  Result<Bytes> content();

  // Members returned so far.
  std::uint64_t entries() const { return entries_; }

 private:
  struct Pending;
  Result<std::optional<TarMember>> read_next();
  Result<void> end(const Pending& pending);
  Result<void> read_metadata(const TarHeader& header, Pending& pending);
  Result<void> read_pax(char type, std::string_view text, Pending& pending);
  Result<TarMember> read_member(const TarHeader& header, Pending& pending);
  Result<void> read_size(const TarHeader& header, const Pending& pending, TarMember& member);
  Result<void> read_sparse(const TarHeader& header, Pending& pending, TarMember& member);
  Result<void> read_old_map(const TarHeader& header, TarMember& member);
  Result<void> read_map_in_content();
  Result<void> check_path(std::string_view path) const;
  Result<Bytes> read_content();
  Result<void> read_into(ByteSpan into);

  TarBlocks blocks_;
  const Limits limits_;
  TarRecords global_;              // what "g" headers said
  SparseMap map_;                  // of the current member, if sparse
  std::uint64_t unread_ = 0;       // content left of the current member
  std::uint64_t padding_ = 0;      // after it
  std::uint64_t sparse_size_ = 0;  // of the current member, if sparse
  bool sparse_ = false;
  std::uint64_t entries_ = 0;
  bool ended_ = false;
  std::optional<Error> failed_;
};

}  // namespace tallyman
