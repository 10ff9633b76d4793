#include <fmt/format.h>

#include <bit>
#include <string_view>

#include "parse/rpm_database.h"

// A file of equal pages in the byte order of the machine that wrote it. Page 0 describes the
// file; pairs of key and value lie on hash pages, long values in chains of overflow pages.
//
//   page 0:        12 magic | 16 version | 20 page size | 24 encryption | 26 flags | 32 last page
//   other pages:   8 own number | 16 next page | 20 items (2) | 22 bytes used (2) | 25 type
//   hash page:     26 offset of each item (2 each); items fill the page from its end backwards:
//                  key 0, value 0, key 1, ... so that an item ends where the one before begins
//   item:          1 type | bytes        type 1: in place; type 3: 4 first overflow page | 8 size
//   overflow page: 26 data
//
// rpm's keys are package numbers of 4 bytes; key 0 holds a counter, not a package.

namespace tallyman {
namespace {

constexpr std::uint32_t kHashMagic = 0x061561;
constexpr std::uint32_t kTreeMagic = 0x053162;
constexpr std::size_t kPageHeader = 26;
constexpr std::size_t kMinPage = 512;
constexpr std::size_t kMaxPage = 65536;

enum class PageType : std::uint8_t { hash_unsorted = 2, overflow = 7, hash = 13 };
constexpr std::uint8_t kHighestPageType = 13;
enum class ItemType : std::uint8_t { in_place = 1, off_page = 3 };

std::unexpected<Error> malformed(std::string_view what, std::size_t offset) {
  return fail(ErrorKind::corrupt, "rpm.bdb_malformed",
              fmt::format("Berkeley DB, byte {}: {}", offset, what));
}

std::unexpected<Error> unsupported(std::string_view what, std::size_t offset) {
  return fail(ErrorKind::unsupported, "rpm.bdb_unsupported",
              fmt::format("Berkeley DB, byte {}: {}", offset, what));
}

class BdbReader {
 public:
  BdbReader(ByteView file, const RpmDatabaseVisitor& visitor) : file_(file), visitor_(visitor) {}
  Result<void> read();

 private:
  std::uint32_t u32(ByteView page, std::size_t offset) const {
    return big_endian_ ? load_be<std::uint32_t>(page, offset)
                       : load_le<std::uint32_t>(page, offset);
  }
  std::uint16_t u16(ByteView page, std::size_t offset) const {
    return big_endian_ ? load_be<std::uint16_t>(page, offset)
                       : load_le<std::uint16_t>(page, offset);
  }
  std::size_t offset_of(std::size_t page) const { return page * page_size_; }

  Result<void> read_metadata();
  Result<bool> read_hash_page(std::size_t number);
  Result<ByteView> item(std::size_t number, ByteView page, std::size_t index) const;
  Result<ByteView> value(std::size_t number, ByteView item);
  Result<void> follow(std::uint32_t first, std::uint32_t size);
  bool is_counter(ByteView key) const;

  ByteView file_;
  const RpmDatabaseVisitor& visitor_;
  bool big_endian_ = false;
  std::size_t page_size_ = 0;
  std::size_t pages_ = 0;
  std::size_t overflow_budget_ = 0;  // pages that chains may still use
  Bytes chained_;                    // the value put together last
};

Result<void> BdbReader::read_metadata() {
  if (file_.size() < kMinPage) return malformed("too short for a database", file_.size());
  big_endian_ = load_be<std::uint32_t>(file_, 12) == kHashMagic ||
                load_be<std::uint32_t>(file_, 12) == kTreeMagic;
  std::uint32_t magic = u32(file_, 12);
  if (magic == kTreeMagic) return unsupported("a B-tree, not a hash", 12);
  if (magic != kHashMagic) return malformed("bad magic", 12);
  std::uint32_t version = u32(file_, 16);
  if (version < 8 || version > 10) return unsupported(fmt::format("version {}", version), 16);
  page_size_ = u32(file_, 20);
  if (page_size_ < kMinPage || page_size_ > kMaxPage || !std::has_single_bit(page_size_)) {
    return malformed(fmt::format("page size {}", page_size_), 20);
  }
  if (file_[24] != 0) return unsupported("encrypted pages", 24);
  if (file_[26] != 0) return unsupported("checksummed or partitioned pages", 26);
  pages_ = std::size_t{u32(file_, 32)} + 1;
  overflow_budget_ = pages_;
  return {};
}

// The bytes of item `index`, its type byte included.
Result<ByteView> BdbReader::item(std::size_t number, ByteView page, std::size_t index) const {
  std::size_t slot = kPageHeader + 2 * index;
  std::size_t begin = u16(page, slot);
  std::size_t end = index == 0 ? page.size() : u16(page, slot - 2);
  std::size_t first_free = kPageHeader + 2 * std::size_t{u16(page, 20)};
  if (begin < first_free || begin >= end || end > page.size()) {
    return malformed(fmt::format("item {} lies outside its page", index), offset_of(number) + slot);
  }
  return page.subspan(begin, end - begin);
}

// Puts the value that begins on overflow page `first` together in chained_.
Result<void> BdbReader::follow(std::uint32_t first, std::uint32_t size) {
  chained_.clear();
  if (size > file_.size()) return malformed("a value is larger than the file", offset_of(first));
  for (std::size_t number = first; chained_.size() < size;) {
    if (number == 0 || number >= pages_) {
      return malformed("a value ends early", offset_of(number));
    }
    if (overflow_budget_-- == 0) {
      overflow_budget_ = 0;
      return malformed("overflow pages are used twice", offset_of(number));
    }
    ByteView page = file_.subspan(offset_of(number), page_size_);
    std::size_t used = u16(page, 22);
    bool fits = used > 0 && used <= page_size_ - kPageHeader && used <= size - chained_.size();
    if (u32(page, 8) != number || page[25] != static_cast<std::uint8_t>(PageType::overflow) ||
        !fits) {
      return malformed("not the overflow page that was named", offset_of(number));
    }
    ByteView data = page.subspan(kPageHeader, used);
    chained_.insert(chained_.end(), data.begin(), data.end());
    number = u32(page, 16);
  }
  return {};
}

Result<ByteView> BdbReader::value(std::size_t number, ByteView item) {
  if (item[0] == static_cast<std::uint8_t>(ItemType::in_place)) return item.subspan(1);
  if (item[0] != static_cast<std::uint8_t>(ItemType::off_page) || item.size() != 12) {
    return malformed(fmt::format("item of type {}", item[0]), offset_of(number));
  }
  TRY(follow(u32(item, 4), u32(item, 8)));
  return ByteView(chained_);
}

bool BdbReader::is_counter(ByteView key) const {
  return key.size() == 5 && key[0] == static_cast<std::uint8_t>(ItemType::in_place) &&
         u32(key, 1) == 0;
}

// False when the visitor has had enough.
Result<bool> BdbReader::read_hash_page(std::size_t number) {
  ByteView page = file_.subspan(offset_of(number), page_size_);
  if (page[25] > kHighestPageType) {
    return malformed(fmt::format("page of type {}", page[25]), offset_of(number) + 25);
  }
  bool is_hash = page[25] == static_cast<std::uint8_t>(PageType::hash) ||
                 page[25] == static_cast<std::uint8_t>(PageType::hash_unsorted);
  if (!is_hash) return true;
  if (u32(page, 8) != number) return malformed("a page with another's number", offset_of(number));
  std::size_t items = u16(page, 20);
  if (items > (page_size_ - kPageHeader) / 2) {
    return malformed("more items than fit on a page", offset_of(number) + 20);
  }
  for (std::size_t i = 0; i + 1 < items; i += 2) {
    ByteView key = TRY(item(number, page, i));
    if (is_counter(key)) continue;
    Result<ByteView> header = value(number, TRY(item(number, page, i + 1)));
    if (!header) {
      visitor_.broken(header.error().context);
    } else if (!visitor_.header(*header)) {
      return false;
    }
  }
  return true;
}

Result<void> BdbReader::read() {
  TRY(read_metadata());
  std::size_t present = file_.size() / page_size_;
  bool truncated = present < pages_;
  if (truncated) pages_ = present;
  for (std::size_t number = 1; number < pages_; ++number) {
    Result<bool> more = read_hash_page(number);
    if (!more) {
      visitor_.broken(more.error().context);
    } else if (!*more) {
      return {};
    }
  }
  if (truncated) return malformed("the file ends early", file_.size());
  return {};
}

}  // namespace

Result<void> read_rpm_bdb(ByteView file, const RpmDatabaseVisitor& visitor) {
  return BdbReader(file, visitor).read();
}

}  // namespace tallyman
