#include "vuln/blob_pool.h"

#include <cstring>

#include "vuln/hash64.h"

namespace tallyman {
namespace {

constexpr std::size_t kWord = 4;

std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }

}  // namespace

BlobPool::BlobPool() : slots_(64) { intern(ByteView{}); }

PoolRef BlobPool::intern(ByteView bytes) {
  if (used_ * 2 >= slots_.size()) grow();
  std::uint64_t hash = hash64(bytes);
  std::size_t mask = slots_.size() - 1;
  std::size_t i = hash & mask;
  for (; slots_[i].reference_plus_one != 0; i = (i + 1) & mask) {
    if (slots_[i].tag != tag_of(hash)) continue;
    PoolRef reference = slots_[i].reference_plus_one - 1;
    if (as_text(at(reference)) == as_text(bytes)) return reference;
  }
  auto reference = static_cast<PoolRef>(bytes_.size() / kWord);
  auto length = static_cast<std::uint32_t>(bytes.size());
  std::size_t start = bytes_.size();
  bytes_.resize(start + kWord + (bytes.size() + kWord - 1) / kWord * kWord);
  std::memcpy(bytes_.data() + start, &length, kWord);
  if (!bytes.empty()) std::memcpy(bytes_.data() + start + kWord, bytes.data(), bytes.size());
  slots_[i] = {reference + 1, tag_of(hash)};
  ++used_;
  return reference;
}

ByteView BlobPool::at(PoolRef reference) const { return PoolView(bytes_).at(reference); }

void BlobPool::grow() {
  std::vector<Slot> old = std::move(slots_);
  slots_.assign(old.size() * 2, {});
  std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.reference_plus_one == 0) continue;
    std::size_t i = hash64(at(slot.reference_plus_one - 1)) & mask;
    while (slots_[i].reference_plus_one != 0) i = (i + 1) & mask;
    slots_[i] = slot;
  }
}

ByteView PoolView::at(PoolRef reference) const {
  std::uint64_t start = std::uint64_t{reference} * kWord;
  if (start + kWord > bytes_.size()) return {};
  std::uint32_t length = 0;
  std::memcpy(&length, bytes_.data() + start, kWord);
  if (length > bytes_.size() - start - kWord) return {};
  return bytes_.subspan(start + kWord, length);
}

}  // namespace tallyman
