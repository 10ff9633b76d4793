// An entry: facts/FINGERPRINT/BLOBHEX[-ALIASHASH]
//   8   magic "TMFACTS1"
//   32  SHA-256 of what follows
//   ... encode_facts()

#include "scan/facts_cache.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "base/encoding.h"
#include "base/file.h"
#include "stream/hash.h"

namespace tallyman {
namespace {

constexpr std::string_view kMagic = "TMFACTS1";
constexpr std::size_t kHeader = 8 + 32;
constexpr std::size_t kMaxEntry = 1 << 30;

std::string short_hash(std::string_view text) {
  auto hash = Sha256::of(as_bytes(text));
  return hex_encode(ByteView(hash).first(8));
}

Error unwritable(Error error) {
  error.code = "cache.unwritable";
  error.hint =
      "make the folder writable or free some space, name another one with "
      "TALLYMAN_CACHE_DIR, or scan with --no-cache";
  return error;
}

}  // namespace

std::string facts_fingerprint(const Dispatcher& dispatcher, const Limits& limits) {
  return short_hash(fmt::format("facts 2|{}|{} {} {} {} {} {} {} {} {} {} {} {} {} {}",
                                dispatcher.fingerprint(), limits.layer_bytes, limits.ratio,
                                limits.entries, limits.stream_members, limits.metadata_bytes,
                                limits.path_bytes, limits.path_depth, limits.sparse_regions,
                                limits.kept_bytes, limits.zstd_window_log, limits.links,
                                limits.facts_bytes, limits.xattrs, limits.xattr_bytes));
}

Result<std::unique_ptr<FactsCache>> FactsCache::open(const std::filesystem::path& folder,
                                                     const Dispatcher& dispatcher,
                                                     const Limits& limits) {
  std::filesystem::path mine = folder / "facts" / facts_fingerprint(dispatcher, limits);
  if (Result<void> made = make_folder(mine); !made) {
    return std::unexpected(unwritable(std::move(made).error()));
  }
  if (::access(mine.c_str(), W_OK | X_OK) != 0) {
    return std::unexpected(unwritable(file_error("writing to", mine)));
  }
  return std::unique_ptr<FactsCache>(new FactsCache(std::move(mine)));
}

std::filesystem::path FactsCache::entry_path(const Digest& blob,
                                             std::span<const PathAlias> aliases) const {
  std::string name(blob.hex());
  if (!aliases.empty()) {
    std::string text;
    for (const PathAlias& alias : aliases) {
      // NUL cannot be part of a path.
      text.append(alias.real).push_back('\0');
      text.append(alias.alias).push_back('\0');
    }
    name += "-" + short_hash(text);
  }
  return folder_ / name;
}

std::optional<LayerFacts> FactsCache::load(const Digest& blob,
                                           std::span<const PathAlias> aliases) const {
  Result<Bytes> entry = read_file(entry_path(blob, aliases), kMaxEntry);
  if (!entry || entry->size() < kHeader) return std::nullopt;
  ByteView bytes = *entry;
  if (as_text(bytes.first(kMagic.size())) != kMagic) return std::nullopt;
  auto hash = Sha256::of(bytes.subspan(kHeader));
  if (std::memcmp(hash.data(), bytes.data() + kMagic.size(), hash.size()) != 0) return std::nullopt;
  Result<LayerFacts> facts = decode_facts(bytes.subspan(kHeader));
  if (!facts || facts->blob != blob) return std::nullopt;
  return std::move(*facts);
}

Result<void> FactsCache::save(const LayerFacts& facts, std::span<const PathAlias> aliases) const {
  Bytes payload = encode_facts(facts);
  auto hash = Sha256::of(payload);
  Bytes entry;
  entry.reserve(kHeader + payload.size());
  entry.insert(entry.end(), kMagic.begin(), kMagic.end());
  entry.insert(entry.end(), hash.begin(), hash.end());
  entry.insert(entry.end(), payload.begin(), payload.end());
  Result<void> written =
      write_file(entry_path(facts.blob, aliases), entry, Durability::rename_only);
  if (!written) return std::unexpected(unwritable(std::move(written).error()));
  return {};
}

}  // namespace tallyman
