// An archive is a run of members, then two blocks of zeros:
//
//   [metadata header, its content, padding]...   types x g (PAX), L K (GNU long names)
//   header                                       512 bytes, see tar_header.cc
//   [sparse map blocks]                          old GNU sparse members only
//   content, padding to 512
//
// Hot path: a layer is mostly content that nobody wants, which skip() steps over inside the
// lent chunks without touching it.

#include "stream/tar.h"

#include <fmt/format.h>

#include <algorithm>

namespace tallyman {
namespace {

constexpr std::uint64_t kUstarSizes = 8ULL << 30;  // what eleven octal digits can count to

bool is_metadata(char type) { return type == 'x' || type == 'g' || type == 'L' || type == 'K'; }

// Types that are a header and nothing else, whatever the size field says.
bool is_header_only(char type) { return type >= '1' && type <= '6'; }

TarType member_type(char type, std::string_view path) {
  switch (type) {
    case '\0':
      return path.ends_with('/') ? TarType::directory : TarType::file;
    case '0':
    case '7':
    case 'S':
      return TarType::file;
    case '1':
      return TarType::hardlink;
    case '2':
      return TarType::symlink;
    case '5':
      return TarType::directory;
    default:
      return TarType::other;
  }
}

std::uint64_t padding_of(std::uint64_t size) { return (kTarBlock - size % kTarBlock) % kTarBlock; }

// PAX beats GNU beats the header block; a member's own PAX record beats a global one, and an
// empty one cancels it.
std::string choose(const std::optional<std::string>& own, const std::optional<std::string>& global,
                   std::string& gnu, std::string header) {
  const std::optional<std::string>& pax = own ? own : global;
  if (pax && !pax->empty()) return *pax;
  if (!gnu.empty()) return std::move(gnu);
  return header;
}

}  // namespace

// What metadata headers said of the member to come.
struct TarReader::Pending {
  Pending(const Limits& limits, std::uint64_t start) : offset(start), pax(limits) {}

  std::uint64_t offset;     // of the first of them
  std::uint64_t bytes = 0;  // of all of them
  TarRecords pax;
  std::string gnu_path;
  std::string gnu_link_target;
};

TarReader::TarReader(ChunkSource& source, const Limits& limits)
    : blocks_(source), limits_(limits), global_(limits), map_(limits.sparse_regions) {}

Result<std::optional<TarMember>> TarReader::next() {
  if (failed_) return std::unexpected(*failed_);
  if (ended_) return std::nullopt;
  Result<std::optional<TarMember>> member = read_next();
  if (!member) failed_ = member.error();
  return member;
}

Result<std::optional<TarMember>> TarReader::read_next() {
  TRY(blocks_.skip(unread_));
  TRY(blocks_.skip(padding_));
  unread_ = padding_ = 0;
  sparse_ = false;
  Pending pending(limits_, blocks_.offset());
  while (true) {
    std::optional<ByteView> block = TRY(blocks_.block());
    TarHeader header(block.value_or(ByteView()));
    if (!block || header.is_zero()) {
      TRY(end(pending));
      return std::nullopt;
    }
    if (!header.checksum_holds()) {
      return blocks_.failure(ErrorKind::corrupt, "tar.checksum",
                             "the header before has a wrong checksum, or is none");
    }
    if (!is_metadata(header.type())) return TRY(read_member(header, pending));
    TRY(read_metadata(header, pending));
  }
}

// Behind the first zero block, or at the end of the stream.
Result<void> TarReader::end(const Pending& pending) {
  if (pending.bytes > 0) {
    return blocks_.failure(ErrorKind::corrupt, "tar.truncated",
                           "the archive ends between a member's headers");
  }
  std::optional<ByteView> second = TRY(blocks_.block());
  if (second && !TarHeader(*second).is_zero()) {
    return blocks_.failure(ErrorKind::corrupt, "tar.malformed",
                           "a single block of zeros between members");
  }
  TRY(blocks_.drain());
  ended_ = true;
  return {};
}

Result<void> TarReader::read_metadata(const TarHeader& header, Pending& pending) {
  char type = header.type();
  std::optional<std::uint64_t> size = header.size();
  if (!size) return blocks_.failure(ErrorKind::corrupt, "tar.malformed", "a size is no number");
  // Before the sum: a size near 2^64 must not wrap around it.
  if (*size <= limits_.metadata_bytes) pending.bytes += kTarBlock + *size;
  if (*size > limits_.metadata_bytes || pending.bytes > limits_.metadata_bytes) {
    return blocks_.failure(
        ErrorKind::too_large, "tar.metadata",
        fmt::format("more than {} bytes of metadata for one member", limits_.metadata_bytes));
  }
  std::string text(*size, '\0');
  TRY(read_into({reinterpret_cast<std::uint8_t*>(text.data()), text.size()}));
  TRY(blocks_.skip(padding_of(*size)));
  if (type == 'L') {
    pending.gnu_path = text.substr(0, text.find('\0'));
  } else if (type == 'K') {
    pending.gnu_link_target = text.substr(0, text.find('\0'));
  } else {
    TRY(blocks_.located(read_pax(type, text, pending)));
  }
  return {};
}

// A global header adds to those before it; of several extended headers before one member the last
// one counts.
Result<void> TarReader::read_pax(char type, std::string_view text, Pending& pending) {
  if (type == 'g') return global_.parse(text, limits_);
  pending.pax = TarRecords(limits_);
  return pending.pax.parse(text, limits_);
}

Result<TarMember> TarReader::read_member(const TarHeader& header, Pending& pending) {
  if (entries_ >= limits_.entries) {
    return blocks_.failure(ErrorKind::too_large, "tar.entries",
                           fmt::format("more than {} members", limits_.entries));
  }
  TarMember member;
  member.offset = pending.offset;
  member.path = choose(pending.pax.path, global_.path, pending.gnu_path, header.path());
  member.type = member_type(header.type(), member.path);
  if (member.type == TarType::symlink || member.type == TarType::hardlink) {
    member.link_target = choose(pending.pax.link_target, global_.link_target,
                                pending.gnu_link_target, std::string(header.link_target()));
  }
  TRY(read_size(header, pending, member));
  if (member.type == TarType::file) TRY(read_sparse(header, pending, member));
  TRY(check_path(member.path));
  TRY(check_path(member.link_target));
  ++entries_;
  return member;
}

Result<void> TarReader::read_size(const TarHeader& header, const Pending& pending,
                                  TarMember& member) {
  std::optional<std::uint64_t> size = header.size();
  if (!size) return blocks_.failure(ErrorKind::corrupt, "tar.malformed", "a size is no number");
  std::optional<std::uint64_t> pax = pending.pax.size ? pending.pax.size : global_.size;
  if (is_header_only(header.type())) return {};
  member.size_disputed = pax && *pax != *size && *pax < kUstarSizes;
  member.stored_size = pax.value_or(*size);
  member.size = member.stored_size;
  unread_ = member.stored_size;
  padding_ = padding_of(member.stored_size);
  return {};
}

Result<void> TarReader::read_sparse(const TarHeader& header, Pending& pending, TarMember& member) {
  SparseRecords& records = pending.pax.sparse;
  if (header.type() == 'S') {
    TRY(read_old_map(header, member));
  } else if (records.map_in_content() || records.map_in_records()) {
    member.size = records.size.value_or(member.stored_size);
    if (!records.name.empty()) member.path = std::move(records.name);
    map_ = records.map_in_content() ? SparseMap(limits_.sparse_regions) : std::move(records.map);
    if (records.map_in_content()) TRY(read_map_in_content());
  } else {
    return {};
  }
  TRY(blocks_.located(map_.check(member.size, unread_)));
  member.sparse = sparse_ = true;
  sparse_size_ = member.size;
  return {};
}

// Four regions in the header, then blocks of 21 while a flag at their end says that more follow.
Result<void> TarReader::read_old_map(const TarHeader& header, TarMember& member) {
  constexpr std::size_t kEntries = std::size_t{21} * 24;
  std::optional<std::uint64_t> size = header.sparse_size();
  if (!size) return blocks_.failure(ErrorKind::corrupt, "tar.malformed", "a size is no number");
  member.size = *size;
  map_ = SparseMap(limits_.sparse_regions);
  TRY(blocks_.located(map_.add_old(header.sparse_regions())));
  for (bool more = header.sparse_extended(); more;) {
    ByteView block = TRY(blocks_.inner_block());
    TRY(blocks_.located(map_.add_old(block.first(kEntries))));
    more = block[kEntries] != 0;
  }
  return {};
}

Result<void> TarReader::read_map_in_content() {
  SparseMapText text(map_);
  bool complete = false;
  while (!complete) {
    if (unread_ < kTarBlock) {
      return blocks_.failure(ErrorKind::corrupt, "tar.malformed",
                             "a sparse map that is longer than its member");
    }
    ByteView block = TRY(blocks_.inner_block());
    unread_ -= kTarBlock;
    Result<bool> added = text.add(block);
    if (!added) return blocks_.located(std::unexpected(added.error()));
    complete = *added;
  }
  return {};
}

Result<void> TarReader::check_path(std::string_view path) const {
  if (path.size() > limits_.path_bytes ||
      (path.size() > limits_.path_depth &&
       static_cast<std::size_t>(std::ranges::count(path, '/')) > limits_.path_depth)) {
    return blocks_.failure(ErrorKind::too_large, "tar.path",
                           fmt::format("a path of more than {} bytes or {} parts",
                                       limits_.path_bytes, limits_.path_depth));
  }
  return {};
}

Result<Bytes> TarReader::content() {
  if (failed_) return std::unexpected(*failed_);
  Result<Bytes> bytes = read_content();
  if (!bytes) failed_ = bytes.error();
  return bytes;
}

Result<Bytes> TarReader::read_content() {
  Bytes bytes;
  if (sparse_) {
    bytes.resize(sparse_size_);
    for (const SparseRegion& region : map_.regions()) {
      TRY(read_into(ByteSpan(bytes).subspan(region.offset, region.size)));
      unread_ -= region.size;
    }
    return bytes;
  }
  bytes.reserve(unread_);  // touches no memory: a false size costs nothing
  while (unread_ > 0) {
    ByteView piece = TRY(blocks_.some(unread_));
    bytes.insert(bytes.end(), piece.begin(), piece.end());
    unread_ -= piece.size();
  }
  return bytes;
}

Result<void> TarReader::read_into(ByteSpan into) {
  while (!into.empty()) {
    ByteView piece = TRY(blocks_.some(into.size()));
    std::ranges::copy(piece, into.data());
    into = into.subspan(piece.size());
  }
  return {};
}

}  // namespace tallyman
