#include "image/layer_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "image/facts_builder.h"
#include "stream/decompress.h"
#include "stream/hash.h"
#include "stream/path.h"
#include "stream/tar.h"

namespace tallyman {
namespace {

constexpr std::string_view kWhiteout = ".wh.";
constexpr std::string_view kOpaque = ".wh..wh..opq";
constexpr std::string_view kAufsMetadata = ".wh..wh.";

class LayerWalk {
 public:
  LayerWalk(TarReader& tar, FactsBuilder& facts, const LayerReadOptions& options)
      : tar_(tar), facts_(facts), options_(options) {}

  Result<void> run() {
    while (true) {
      std::optional<TarMember> member = TRY(tar_.next());
      if (!member) return {};
      TRY(take(*member));
    }
  }

 private:
  Result<void> take(const TarMember& member) {
    std::optional<std::string> path = normalise_path(member.path);
    if (!path) {
      facts_.problem(
          {"tar.path_escapes", member.path,
           fmt::format("member at offset {} has \"..\" or NUL in its path", member.offset), true});
      return {};
    }
    if (path->empty()) return {};  // the root itself
    std::size_t slash = path->rfind('/');
    std::string_view name = slash == std::string::npos ? std::string_view(*path)
                                                       : std::string_view(*path).substr(slash + 1);
    if (name.starts_with(kWhiteout)) {
      take_whiteout(*path, slash == std::string::npos ? "" : path->substr(0, slash), name);
      return {};
    }
    switch (member.type) {
      case TarType::directory:
        facts_.member(*path, EntryKind::directory);
        return {};
      case TarType::symlink:
        facts_.link(*path, member.link_target, EntryKind::symlink);
        return {};
      case TarType::hardlink:
        take_hardlink(*path, member);
        return {};
      case TarType::other:
        facts_.member(*path, EntryKind::other);
        return {};
      case TarType::file:
        break;
    }
    facts_.member(*path, EntryKind::file);
    if (member.size_disputed) {
      facts_.problem({"tar.size_disputed", *path,
                      fmt::format("the headers at offset {} give two sizes, the PAX one is taken: "
                                  "other programs may see other files here",
                                  member.offset),
                      false});
    }
    return take_file(*path, member);
  }

  void take_whiteout(const std::string& path, std::string folder, std::string_view name) {
    if (name == kOpaque) {
      facts_.opaque(std::move(folder));
      return;
    }
    if (name.starts_with(kAufsMetadata)) return;  // bookkeeping of a storage driver
    std::string_view hidden = name.substr(kWhiteout.size());
    if (hidden.empty() || hidden == "." || hidden == "..") {
      facts_.problem({"layer.whiteout", path, "a whiteout that names nothing is ignored", false});
      return;
    }
    facts_.whiteout(folder.empty() ? std::string(hidden) : folder + "/" + std::string(hidden));
  }

  void take_hardlink(const std::string& path, const TarMember& member) {
    std::optional<std::string> target = normalise_path(member.link_target);
    if (!target || target->empty()) {
      facts_.problem({"tar.link_escapes", path, "a hard link to a path outside the image", true});
      return;
    }
    facts_.link(path, *target, EntryKind::hardlink);
  }

  Result<void> take_file(const std::string& path, const TarMember& member) {
    std::optional<WantedFile> wanted = wanted_file(path, options_);
    if (!wanted) return {};
    if (member.size > wanted->max_size) {
      facts_.problem({"catalog.too_large", path,
                      fmt::format("{} bytes, at most {} are read", member.size, wanted->max_size),
                      true});
      return {};
    }
    if (!options_.budget.take(member.size)) {
      facts_.problem(
          {"catalog.memory", path,
           fmt::format("{} bytes do not fit the memory set aside for wanted files", member.size),
           true});
      return {};
    }
    Result<Bytes> content = tar_.content();
    if (content) facts_.catalog(options_.dispatcher, wanted->name, path, *content);
    options_.budget.give(member.size);
    if (!content) return std::unexpected(std::move(content).error());
    return {};
  }

  TarReader& tar_;
  FactsBuilder& facts_;
  const LayerReadOptions& options_;
};

}  // namespace

std::optional<WantedFile> wanted_file(const std::string& path, const LayerReadOptions& options) {
  for (const PathAlias& alias : options.aliases) {
    if (!path.starts_with(alias.real)) continue;
    std::string_view rest = std::string_view(path).substr(alias.real.size());
    if (!rest.empty() && rest.front() != '/') continue;
    std::string name = alias.alias + std::string(rest);
    if (auto size = options.dispatcher.wanted(name)) return WantedFile{std::move(name), *size};
  }
  // A second look reports only what the first one could not have seen.
  if (!options.aliases.empty()) return std::nullopt;
  if (auto size = options.dispatcher.wanted(path)) return WantedFile{path, *size};
  return std::nullopt;
}

bool MemoryBudget::take(std::uint64_t bytes) {
  if (bytes > all_) return false;
  MutexLock lock(mutex_);
  while (left_ < bytes) given_.wait(lock);
  left_ -= bytes;
  return true;
}

void MemoryBudget::give(std::uint64_t bytes) {
  MutexLock lock(mutex_);
  left_ += bytes;
  given_.notify_all();
}

Result<LayerFacts> read_layer(Reader& packed, const Digest& blob, const LayerReadOptions& options) {
  std::unique_ptr<Decompressor> unpacked = TRY(Decompressor::open(packed, options.limits));
  HashingSource hashed(*unpacked);
  TarReader tar(hashed, options.limits);
  FactsBuilder builder(blob, options.limits);
  TRY(LayerWalk(tar, builder, options).run());

  LayerFacts facts = std::move(builder).finish();
  facts.blob = blob;
  facts.diff_id = Digest::from_bytes(hashed.hash().finish());
  facts.compressed_size = unpacked->bytes_in();
  facts.size = hashed.bytes();
  facts.entries = tar.entries();
  return facts;
}

}  // namespace tallyman
