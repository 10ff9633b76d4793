#include <fmt/format.h>

#include <string_view>

#include "parse/rpm_database.h"

// All integers are little-endian, 4 bytes. The unit of allocation is a block of 16 bytes.
//
//   0                                 32                      pages * 4096
//   +---------------------------------+-----------------------+--------------
//   | RpmP | 0 | generation | pages   | slots, 16 bytes each  | blobs ...
//   +---------------------------------+-----------------------+--------------
//   slot:  Slot | package | first block | blocks            first block 0: free
//   blob:  BlbS | package | time | size | data, zeros | checksum | size | BlbE

namespace tallyman {
namespace {

constexpr std::size_t kHeader = 32;
constexpr std::size_t kPage = 4096;
constexpr std::size_t kSlot = 16;
constexpr std::uint64_t kBlock = 16;
constexpr std::size_t kBlobHead = 16;
constexpr std::size_t kBlobTail = 12;

std::unexpected<Error> malformed(std::string_view what, std::size_t offset) {
  return fail(ErrorKind::corrupt, "rpm.ndb_malformed",
              fmt::format("rpm package database, byte {}: {}", offset, what));
}

bool has_magic(ByteView file, std::size_t offset, std::string_view magic) {
  return as_text(file).substr(offset, magic.size()) == magic;
}

struct Slot {
  std::uint32_t package = 0;
  std::uint64_t offset = 0;  // of the blob in the file
  std::uint64_t size = 0;    // of head, data, padding and tail
};

// The data of a slot's blob, or why there is none.
Result<ByteView> blob_of(ByteView file, const Slot& slot) {
  if (slot.offset > file.size() || slot.size > file.size() - slot.offset) {
    return malformed("the blob lies outside the file", slot.offset);
  }
  if (slot.size < kBlobHead + kBlobTail) return malformed("the blob is too short", slot.offset);
  ByteView blob = file.subspan(slot.offset, slot.size);
  if (!has_magic(blob, 0, "BlbS") || !has_magic(blob, blob.size() - 4, "BlbE")) {
    return malformed("no blob where a slot points", slot.offset);
  }
  std::uint32_t size = load_le<std::uint32_t>(blob, 12);
  if (load_le<std::uint32_t>(blob, 4) != slot.package ||
      load_le<std::uint32_t>(blob, blob.size() - 8) != size) {
    return malformed("the blob is of another package or another size", slot.offset);
  }
  if (size > blob.size() - kBlobHead - kBlobTail) {
    return malformed("the blob is larger than its blocks", slot.offset);
  }
  return blob.subspan(kBlobHead, size);
}

}  // namespace

Result<void> read_rpm_ndb(ByteView file, const RpmDatabaseVisitor& visitor) {
  if (file.size() < kHeader || !has_magic(file, 0, "RpmP")) return malformed("bad magic", 0);
  if (load_le<std::uint32_t>(file, 4) != 0) return malformed("unknown version", 4);
  std::uint64_t slots_end = std::uint64_t{load_le<std::uint32_t>(file, 12)} * kPage;
  if (slots_end == 0) return malformed("no slots", 12);
  std::uint64_t budget = file.size();
  for (std::size_t at = kHeader; at < slots_end; at += kSlot) {
    if (at + kSlot > file.size()) return malformed("the file ends among the slots", at);
    if (!has_magic(file, at, "Slot")) return malformed("not a slot", at);
    Slot slot{.package = load_le<std::uint32_t>(file, at + 4),
              .offset = load_le<std::uint32_t>(file, at + 8) * kBlock,
              .size = load_le<std::uint32_t>(file, at + 12) * kBlock};
    if (slot.offset == 0) continue;
    Result<ByteView> blob = blob_of(file, slot);
    if (!blob) {
      visitor.broken(blob.error().context);
      continue;
    }
    if (slot.size > budget) return malformed("slots share blobs", at);
    budget -= slot.size;
    if (!visitor.header(*blob)) return {};
  }
  return {};
}

}  // namespace tallyman
