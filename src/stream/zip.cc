// The end of a zip file (APPNOTE 6.3), little-endian, read from the back:
//
//   central directory   50 4b 01 02 ...     one record of 46 bytes, name, extra, comment a member
//   [zip64 end          50 4b 06 06 ...]    56 bytes, where counts or sizes need 64 bits
//   [zip64 locator      50 4b 06 07 ...]    20 bytes, says where the zip64 end is
//   end                 50 4b 05 06 ...     22 bytes and a comment, the file's last bytes
//
// Local headers (50 4b 03 04, 30 bytes, name, extra, then the data) are looked at only to find
// where a member's data begins: what they say of sizes is a second truth that attackers bend.

#include "stream/zip.h"

#include <fmt/format.h>
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <numeric>
#include <optional>

#include "base/text.h"

namespace tallyman {
namespace {

constexpr std::uint32_t kEndMagic = 0x06054b50;
constexpr std::uint32_t kEnd64Magic = 0x06064b50;
constexpr std::uint32_t kLocatorMagic = 0x07064b50;
constexpr std::uint32_t kCentralMagic = 0x02014b50;
constexpr std::uint32_t kLocalMagic = 0x04034b50;
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kEnd64Size = 56;
constexpr std::size_t kLocatorSize = 20;
constexpr std::size_t kCentralSize = 46;
constexpr std::size_t kLocalSize = 30;
constexpr std::size_t kMostComment = 0xffff;
constexpr std::uint16_t kEncrypted = 0x0001;
constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflate = 8;
constexpr std::uint64_t kMostExpansion = 1032;  // of deflate: 258 bytes from two bits

std::unexpected<Error> malformed(std::uint64_t offset, std::string_view what) {
  return fail(ErrorKind::corrupt, "zip.malformed", fmt::format("zip byte {}: {}", offset, what));
}

std::unexpected<Error> truncated(std::uint64_t offset) {
  return fail(ErrorKind::corrupt, "zip.truncated",
              fmt::format("zip byte {}: the file ends before what should be there", offset));
}

// True when `size` bytes at `offset` lie within `total`.
bool fits(std::uint64_t offset, std::uint64_t size, std::uint64_t total) {
  return offset <= total && size <= total - offset;
}

struct Directory {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint64_t members = 0;
};

// The end record: the one whose comment ends with the file. A second one inside the comment of
// the first would be found first, but its own comment then has to end there too, as other readers
// that search from the back see it.
std::optional<std::size_t> find_end(ByteView file) {
  if (file.size() < kEndSize) return std::nullopt;
  std::size_t last = file.size() - kEndSize;
  for (std::size_t comment = 0; comment <= std::min(last, kMostComment); ++comment) {
    std::size_t at = last - comment;
    if (file[at] == 'P' && load_le<std::uint32_t>(file, at) == kEndMagic &&
        load_le<std::uint16_t>(file, at + 20) == comment) {
      return at;
    }
  }
  return std::nullopt;
}

Result<Directory> read_end64(ByteView file, std::size_t end) {
  std::uint64_t locator = end - kLocatorSize;
  auto at = load_le<std::uint64_t>(file, locator + 8);
  if (!fits(at, kEnd64Size, locator)) return truncated(at);
  if (load_le<std::uint32_t>(file, at) != kEnd64Magic) {
    return malformed(at, "no zip64 end record where the locator points");
  }
  if (load_le<std::uint32_t>(file, at + 16) != 0 || load_le<std::uint32_t>(file, at + 20) != 0) {
    return malformed(at, "an archive of several disks");
  }
  return Directory{.offset = load_le<std::uint64_t>(file, at + 48),
                   .size = load_le<std::uint64_t>(file, at + 40),
                   .members = load_le<std::uint64_t>(file, at + 32)};
}

Result<Directory> read_end(ByteView file) {
  std::optional<std::size_t> end = find_end(file);
  if (!end) {
    return fail(ErrorKind::corrupt, "zip.truncated",
                fmt::format("no zip end record in the last bytes of {}", file.size()));
  }
  if (*end >= kLocatorSize && load_le<std::uint32_t>(file, *end - kLocatorSize) == kLocatorMagic) {
    return read_end64(file, *end);
  }
  if (load_le<std::uint16_t>(file, *end + 4) != 0 || load_le<std::uint16_t>(file, *end + 6) != 0) {
    return malformed(*end, "an archive of several disks");
  }
  return Directory{.offset = load_le<std::uint32_t>(file, *end + 16),
                   .size = load_le<std::uint32_t>(file, *end + 12),
                   .members = load_le<std::uint16_t>(file, *end + 10)};
}

// Replaces the fields of `member` that are all ones by those of the zip64 extra field (id 1), which
// has them in this order and only them. False when one is missing.
bool read_zip64_extra(ByteView extra, ZipMember& member) {
  constexpr std::uint64_t kSeeExtra = 0xffffffff;
  std::array<std::uint64_t*, 3> fields = {&member.size, &member.compressed_size,
                                          &member.header_offset};
  ByteView values;
  while (extra.size() >= 4) {
    std::size_t length = load_le<std::uint16_t>(extra, 2);
    if (length > extra.size() - 4) return false;
    if (load_le<std::uint16_t>(extra, 0) == 1) values = extra.subspan(4, length);
    extra = extra.subspan(4 + length);
  }
  for (std::uint64_t* field : fields) {
    if (*field != kSeeExtra) continue;
    if (values.size() < 8) return false;
    *field = load_le<std::uint64_t>(values, 0);
    values = values.subspan(8);
  }
  return true;
}

// The member whose record is at `at`, which moves on behind it. `directory` ends with the record
// area; `start` is its offset in the file.
Result<ZipMember> read_central(ByteView directory, std::uint64_t start, std::size_t& at) {
  std::uint64_t where = start + at;
  if (!fits(at, kCentralSize, directory.size())) return truncated(where);
  ByteView record = directory.subspan(at);
  if (load_le<std::uint32_t>(record, 0) != kCentralMagic) {
    return malformed(where, "no member record where one should be");
  }
  std::size_t name = load_le<std::uint16_t>(record, 28);
  std::size_t extra = load_le<std::uint16_t>(record, 30);
  std::size_t comment = load_le<std::uint16_t>(record, 32);
  if (!fits(kCentralSize, name + extra + comment, record.size())) return truncated(where);
  at += kCentralSize + name + extra + comment;
  ZipMember member;
  member.name = as_text(record.subspan(kCentralSize, name));
  member.method = load_le<std::uint16_t>(record, 10);
  member.crc32 = load_le<std::uint32_t>(record, 16);
  member.compressed_size = load_le<std::uint32_t>(record, 20);
  member.size = load_le<std::uint32_t>(record, 24);
  member.header_offset = load_le<std::uint32_t>(record, 42);
  if ((load_le<std::uint16_t>(record, 8) & kEncrypted) != 0) {
    return fail(ErrorKind::unsupported, "zip.encrypted",
                fmt::format("zip byte {}: {} is encrypted", where, printable(member.name)));
  }
  if (!read_zip64_extra(record.subspan(kCentralSize + name, extra), member)) {
    return malformed(where, "a zip64 member without its sizes");
  }
  return member;
}

// Gives each member the space up to the next one's header (the last: up to `end`), and refuses
// members that reach into each other: with them a small file holds a huge tree.
Result<void> share_space(std::vector<ZipMember>& members, std::uint64_t end) {
  std::vector<std::size_t> order(members.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return members[i].header_offset; });
  for (std::size_t i = order.size(); i-- > 0;) {
    ZipMember& member = members[order[i]];
    if (!fits(member.header_offset, kLocalSize, end) ||
        !fits(member.header_offset + kLocalSize, member.compressed_size, end)) {
      return fail(ErrorKind::corrupt, "zip.overlap",
                  fmt::format("zip byte {}: {} reaches into what follows it", member.header_offset,
                              printable(member.name)));
    }
    member.end_bound = end;
    end = member.header_offset;
  }
  return {};
}

Result<void> inflate(ByteView data, const ZipMember& member, Bytes& into) {
  // 84 KiB that need no clearing; malloc keeps them at hand for the next member.
  auto state = std::make_unique_for_overwrite<inflate_state>();
  isal_inflate_init(state.get());
  state->next_in = const_cast<std::uint8_t*>(data.data());  // ISA-L does not write there
  state->avail_in = static_cast<std::uint32_t>(data.size());
  state->next_out = into.data();
  state->avail_out = static_cast<std::uint32_t>(into.size());
  int status = isal_inflate_stateless(state.get());
  if (status != ISAL_DECOMP_OK || state->avail_out != 0) {
    return malformed(member.header_offset, fmt::format("{} does not inflate to {} bytes",
                                                       printable(member.name), member.size));
  }
  return {};
}

}  // namespace

Result<ZipArchive> ZipArchive::open(ByteView bytes, std::size_t max_members) {
  Directory directory = TRY(read_end(bytes));
  if (directory.members > max_members) {
    return fail(ErrorKind::too_large, "zip.members",
                fmt::format("a zip of {} members, more than {}", directory.members, max_members));
  }
  if (!fits(directory.offset, directory.size, bytes.size())) return truncated(directory.offset);
  if (directory.members > directory.size / kCentralSize) {
    return malformed(directory.offset, "a directory too small for its members");
  }
  ZipArchive archive;
  archive.bytes_ = bytes;
  archive.members_.reserve(directory.members);
  ByteView records = bytes.subspan(directory.offset, directory.size);
  std::size_t at = 0;
  for (std::uint64_t i = 0; i < directory.members; ++i) {
    archive.members_.push_back(TRY(read_central(records, directory.offset, at)));
  }
  TRY(share_space(archive.members_, directory.offset));
  return archive;
}

Result<ByteView> ZipArchive::data_of(const ZipMember& member) const {
  ByteView local = bytes_.subspan(member.header_offset, kLocalSize);
  if (load_le<std::uint32_t>(local, 0) != kLocalMagic) {
    return malformed(member.header_offset, "no local header where the directory points");
  }
  std::uint64_t data = member.header_offset + kLocalSize + load_le<std::uint16_t>(local, 26) +
                       load_le<std::uint16_t>(local, 28);
  if (!fits(data, member.compressed_size, member.end_bound)) {
    return malformed(member.header_offset, "a member that reaches into the next");
  }
  return bytes_.subspan(data, member.compressed_size);
}

Result<void> ZipArchive::extract(const ZipMember& member, std::size_t limit, Bytes& into) const {
  // What ISA-L counts with.
  constexpr std::uint64_t kMostAtOnce = UINT32_MAX;
  if (member.size > limit || member.size > kMostAtOnce || member.compressed_size > kMostAtOnce) {
    return fail(ErrorKind::too_large, "zip.member_size",
                fmt::format("{} has {} bytes, more than {}", printable(member.name), member.size,
                            std::min<std::uint64_t>(limit, kMostAtOnce)));
  }
  ByteView data = TRY(data_of(member));
  if (member.method == kStored && data.size() == member.size) {
    into.assign(data.begin(), data.end());
  } else if (member.method == kDeflate && member.size / kMostExpansion <= data.size()) {
    into.resize(member.size);
    TRY(inflate(data, member, into));
  } else if (member.method == kStored || member.method == kDeflate) {
    return malformed(member.header_offset, "sizes that contradict each other");
  } else {
    return fail(
        ErrorKind::unsupported, "zip.method",
        fmt::format("{} is compressed by method {}", printable(member.name), member.method));
  }
  if (crc32_gzip_refl(0, into.data(), into.size()) != member.crc32) {
    return fail(ErrorKind::corrupt, "zip.checksum",
                fmt::format("{} has a wrong CRC-32", printable(member.name)));
  }
  return {};
}

}  // namespace tallyman
