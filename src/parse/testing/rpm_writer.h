#pragma once
// For tests only: writes package headers and the two page formats of rpm's databases, whole or
// with one thing wrong, as parse/rpm_header.cc, rpm_ndb.cc and rpm_bdb.cc draw them.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace tallyman::testing_support {

enum class ByteOrder { little, big };

// Puts `width` bytes of `value` at `offset`.
inline void put(Bytes& bytes, std::size_t offset, std::uint64_t value, ByteOrder order,
                std::size_t width = 4) {
  for (std::size_t i = 0; i < width; ++i) {
    std::size_t at = order == ByteOrder::little ? offset + i : offset + width - 1 - i;
    bytes[at] = static_cast<std::uint8_t>(value >> (8 * i));
  }
}

inline void append(Bytes& bytes, std::uint64_t value, ByteOrder order, std::size_t width = 4) {
  bytes.resize(bytes.size() + width);
  put(bytes, bytes.size() - width, value, order, width);
}

inline void append(Bytes& bytes, std::string_view text) {
  bytes.insert(bytes.end(), text.begin(), text.end());
}

// One package header, tag by tag.
class RpmHeaderWriter {
 public:
  RpmHeaderWriter& text(std::uint32_t tag, std::string_view value, std::uint32_t type = 6) {
    entry(tag, type, static_cast<std::uint32_t>(data_.size()), 1);
    append(data_, value);
    data_.push_back(0);
    return *this;
  }
  RpmHeaderWriter& number(std::uint32_t tag, std::uint32_t value) {
    entry(tag, 4, static_cast<std::uint32_t>(data_.size()), 1);
    append(data_, value, ByteOrder::big);
    return *this;
  }
  RpmHeaderWriter& entry(std::uint32_t tag, std::uint32_t type, std::uint32_t offset,
                         std::uint32_t count) {
    for (std::uint32_t part : {tag, type, offset, count}) append(index_, part, ByteOrder::big);
    return *this;
  }
  Bytes bytes() const {
    Bytes all;
    append(all, index_.size() / 16, ByteOrder::big);
    append(all, data_.size(), ByteOrder::big);
    all.insert(all.end(), index_.begin(), index_.end());
    all.insert(all.end(), data_.begin(), data_.end());
    return all;
  }

 private:
  Bytes index_;
  Bytes data_;
};

// A header with a name, version 1 and release 1, and `padding` more bytes.
inline Bytes small_rpm_header(std::string_view name, std::size_t padding = 0) {
  return RpmHeaderWriter()
      .text(1000, name)
      .text(1001, "1")
      .text(1002, "1")
      .text(1004, std::string(padding, 'x'))
      .bytes();
}

// A Packages.db with these headers as packages 1, 2, ...
inline Bytes write_ndb(std::span<const Bytes> headers) {
  constexpr ByteOrder kLittle = ByteOrder::little;
  Bytes slots;
  Bytes blobs;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    std::size_t begin = blobs.size();
    append(blobs, "BlbS");
    append(blobs, i + 1, kLittle);
    append(blobs, 0, kLittle);
    append(blobs, headers[i].size(), kLittle);
    blobs.insert(blobs.end(), headers[i].begin(), headers[i].end());
    while ((blobs.size() - begin + 12) % 16 != 0) blobs.push_back(0);
    append(blobs, 0, kLittle);  // the checksum, which rpm does not check when it reads
    append(blobs, headers[i].size(), kLittle);
    append(blobs, "BlbE");
    append(slots, "Slot");
    append(slots, i + 1, kLittle);
    append(slots, 256 + begin / 16, kLittle);
    append(slots, (blobs.size() - begin) / 16, kLittle);
  }
  Bytes file;
  append(file, "RpmP");
  for (std::uint32_t part : {0U, 1U, 1U}) append(file, part, kLittle);
  file.resize(32);
  file.insert(file.end(), slots.begin(), slots.end());
  while (file.size() < 4096) {
    append(file, "Slot");
    file.resize(file.size() + 12);
  }
  file.insert(file.end(), blobs.begin(), blobs.end());
  return file;
}

constexpr std::size_t kBdbPage = 512;

// Appends a page of that type with its own number.
inline std::size_t add_bdb_page(Bytes& file, std::uint8_t type, ByteOrder order) {
  std::size_t begin = file.size();
  file.resize(begin + kBdbPage);
  put(file, begin + 8, begin / kBdbPage, order);
  file[begin + 25] = type;
  return begin;
}

// Puts `value` on overflow pages at the end of the file; returns the number of the first.
inline std::size_t add_bdb_chain(Bytes& file, ByteView value, ByteOrder order) {
  std::size_t first = file.size() / kBdbPage;
  while (!value.empty()) {
    std::size_t page = add_bdb_page(file, 7, order);
    std::size_t used = std::min(value.size(), kBdbPage - 26);
    put(file, page + 22, used, order, 2);
    std::copy_n(value.begin(), used, file.begin() + static_cast<std::ptrdiff_t>(page + 26));
    value = value.subspan(used);
    if (!value.empty()) put(file, page + 16, file.size() / kBdbPage, order);
  }
  return first;
}

// A Packages file (hash version 9) with one hash page: rpm's counter and then these headers as
// packages 1, 2, ..., each on overflow pages. REQUIRES at most 15 headers.
inline Bytes write_bdb(std::span<const Bytes> headers, ByteOrder order) {
  Bytes file(kBdbPage);
  put(file, 12, 0x061561, order);
  put(file, 16, 9, order);
  put(file, 20, kBdbPage, order);
  file[25] = 8;
  std::size_t page = add_bdb_page(file, 13, order);
  std::size_t end = kBdbPage;
  std::size_t items = 0;
  auto add_item = [&](const Bytes& item) {
    end -= item.size();
    std::copy(item.begin(), item.end(), file.begin() + static_cast<std::ptrdiff_t>(page + end));
    put(file, page + 26 + 2 * items++, end, order, 2);
  };
  for (std::size_t i = 0; i <= headers.size(); ++i) {
    Bytes key(5);
    key[0] = 1;
    put(key, 1, i, order);
    Bytes value(i == 0 ? 5 : 12);
    value[0] = i == 0 ? 1 : 3;
    if (i > 0) {
      put(value, 4, add_bdb_chain(file, headers[i - 1], order), order);
      put(value, 8, headers[i - 1].size(), order);
    }
    add_item(key);
    add_item(value);
  }
  put(file, page + 20, items, order, 2);
  put(file, 32, file.size() / kBdbPage - 1, order);
  return file;
}

}  // namespace tallyman::testing_support
