#include "image/facts_builder.h"

#include <algorithm>
#include <cstring>

namespace tallyman {

std::size_t FactsBuilder::HashOfHash::operator()(const PathHash& hash) const {
  std::size_t value = 0;
  std::memcpy(&value, hash.bytes.data(), sizeof(value));
  return value;
}

FactsBuilder::FactsBuilder(const Digest& key, const Limits& limits)
    : limits_(limits), hasher_(key) {}

void FactsBuilder::member(const std::string& path, EntryKind kind) {
  PathHash hash = hasher_(path);
  seen_.push_back({{hash, kind}, ++sequence_});
  if (kind == EntryKind::directory) folders_.insert(hash);
  imply_folders(path);
}

// Archives list a folder's content together, so the folder of one member is nearly always that
// of the one before.
void FactsBuilder::imply_folders(std::string_view path) {
  std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos || path.substr(0, slash) == last_folder_) return;
  last_folder_ = path.substr(0, slash);
  while (slash != std::string_view::npos) {
    std::string_view folder = path.substr(0, slash);
    PathHash hash = hasher_(folder);
    if (!folders_.insert(hash).second) return;
    seen_.push_back({{hash, EntryKind::implied}, 0});
    slash = folder.rfind('/');
  }
}

void FactsBuilder::link(const std::string& path, const std::string& target, EntryKind kind) {
  member(path, kind);
  if (links_.size() < limits_.links) {
    links_.push_back({{path, target, kind}, sequence_});
  } else if (!std::exchange(links_full_, true)) {
    problem({"layer.links", path, "too many links in one layer, the rest is not followed", true});
  }
}

void FactsBuilder::catalog(const Dispatcher& dispatcher, std::string_view name,
                           const std::string& path, ByteView bytes) {
  std::vector<CatalogedFile> found;
  dispatcher.run(name, path, bytes, found, facts_.problems);
  for (CatalogedFile& file : found) files_.push_back({std::move(file), sequence_});
}

// After this: by hash; per hash the last explicit member, and "implied" only where it says
// something that the member does not (there is none, or it is a link).
void FactsBuilder::sort_paths() {
  std::sort(seen_.begin(), seen_.end(), [](const Seen& a, const Seen& b) {
    return std::pair(a.entry.hash, a.sequence) < std::pair(b.entry.hash, b.sequence);
  });
  std::vector<Seen> kept;
  for (std::size_t i = 0; i < seen_.size();) {
    std::size_t end = i;
    while (end < seen_.size() && seen_[end].entry.hash == seen_[i].entry.hash) ++end;
    const Seen& last = seen_[end - 1];
    bool implied = seen_[i].entry.kind == EntryKind::implied;
    kept.push_back(last);
    if (implied && last.entry.kind == EntryKind::symlink) kept.push_back(seen_[i]);
    i = end;
  }
  seen_ = std::move(kept);
}

bool FactsBuilder::is_last(const std::string& path, std::uint32_t sequence) const {
  PathHash hash = hasher_(path);
  auto found = std::lower_bound(
      seen_.begin(), seen_.end(), hash,
      [](const Seen& seen, const PathHash& wanted) { return seen.entry.hash < wanted; });
  return found != seen_.end() && found->entry.hash == hash && found->sequence == sequence;
}

LayerFacts FactsBuilder::finish() && {
  sort_paths();
  for (auto& [file, sequence] : files_) {
    if (is_last(file.path, sequence)) facts_.files.push_back(std::move(file));
  }
  for (auto& [link, sequence] : links_) {
    if (is_last(link.path, sequence)) facts_.links.push_back(std::move(link));
  }
  facts_.paths.reserve(seen_.size());
  for (const Seen& seen : seen_) facts_.paths.push_back(seen.entry);
  std::sort(facts_.files.begin(), facts_.files.end(),
            [](const CatalogedFile& a, const CatalogedFile& b) {
              return std::tie(a.path, a.cataloger) < std::tie(b.path, b.cataloger);
            });
  auto sort_unique = [](auto& list) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  };
  sort_unique(facts_.links);
  sort_unique(facts_.whiteouts);
  sort_unique(facts_.opaques);
  sort_unique(facts_.problems);
  return std::move(facts_);
}

}  // namespace tallyman
