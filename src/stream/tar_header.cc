// Offsets in a header block (POSIX ustar; old GNU puts its own fields where ustar has prefix):
//
//     0 name[100]    100 mode[8]    108 uid[8]     116 gid[8]     124 size[12]   136 mtime[12]
//   148 chksum[8]    156 type[1]    157 link[100]  257 magic[6]   263 version[2] 265 uname[32]
//   297 gname[32]    329 major[8]   337 minor[8]   345 prefix[155]
//   GNU: 386 sparse regions[4 x 24]   482 more regions follow[1]   483 sparse size[12]
//
// magic is "ustar\0", or "ustar  \0" from GNU, or anything in the v7 format.

#include "stream/tar_header.h"

#include <algorithm>

namespace tallyman {
namespace {

constexpr std::size_t kChecksum = 148;
constexpr std::size_t kChecksumSize = 8;
constexpr std::uint64_t kLargest = INT64_MAX;

std::optional<std::uint64_t> parse_base256(ByteView field) {
  // 0x80 marks the format; the next bit would be the sign.
  if ((field[0] & 0x40) != 0) return std::nullopt;
  std::uint64_t value = field[0] & 0x3f;
  for (std::uint8_t byte : field.subspan(1)) {
    if (value > (kLargest >> 8)) return std::nullopt;
    value = (value << 8) | byte;
  }
  return value;
}

bool is_blank(std::uint8_t byte) { return byte == ' ' || byte == 0; }

}  // namespace

std::optional<std::uint64_t> parse_tar_number(ByteView field) {
  if ((field[0] & 0x80) != 0) return parse_base256(field);
  auto at = std::ranges::find_if_not(field, is_blank);
  std::uint64_t value = 0;
  for (; at != field.end() && !is_blank(*at); ++at) {
    if (*at < '0' || *at > '7' || value > (kLargest >> 3)) return std::nullopt;
    value = value * 8 + static_cast<std::uint64_t>(*at - '0');
  }
  return value;
}

bool TarHeader::is_zero() const {
  return std::ranges::all_of(block_, [](std::uint8_t byte) { return byte == 0; });
}

bool TarHeader::checksum_holds() const {
  ByteView field = block_.subspan(kChecksum, kChecksumSize);
  std::optional<std::uint64_t> wanted = parse_tar_number(field);
  std::uint32_t sum = kChecksumSize * ' ';  // the field itself counts as spaces
  for (std::uint8_t byte : block_) sum += byte;
  for (std::uint8_t byte : field) sum -= byte;
  if (wanted == sum) return true;
  auto is_high = [](std::uint8_t byte) { return byte >= 0x80; };
  auto high = std::ranges::count_if(block_, is_high) - std::ranges::count_if(field, is_high);
  return wanted == sum - 256 * static_cast<std::uint32_t>(high);
}

std::string TarHeader::path() const {
  std::string_view magic = as_text(block_.subspan(257, 8));
  std::string_view name = text(0, 100);
  bool gnu = magic == std::string_view("ustar  \0", 8);
  std::string_view prefix = magic.starts_with("ustar") && !gnu ? text(345, 155) : "";
  std::string path;
  path.reserve(prefix.size() + 1 + name.size());
  if (!prefix.empty()) path.append(prefix) += '/';
  return path += name;
}

std::string_view TarHeader::text(std::size_t offset, std::size_t size) const {
  std::string_view field = as_text(block_.subspan(offset, size));
  return field.substr(0, field.find('\0'));
}

}  // namespace tallyman
