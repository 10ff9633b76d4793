#include "image/facts_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <tuple>

namespace tallyman {
namespace {

// About what they take in memory, in bytes.
std::size_t size_of(const Problem& problem) {
  return sizeof(problem) + problem.code.size() + problem.path.size() + problem.message.size();
}

std::size_t size_of(const CatalogedFile& file) {
  std::size_t size = sizeof(file) + file.path.size() + file.cataloger.size();
  for (const Package& p : file.packages) {
    size += sizeof(p) + p.name.size() + p.version.size() + p.architecture.size() +
            p.source_name.size() + p.source_version.size() + p.licence.size() + p.supplier.size() +
            p.modularity.size();
  }
  if (const auto& d = file.distro) {
    size += d->id.size() + d->id_like.size() + d->version_id.size() + d->version_codename.size() +
            d->pretty_name.size();
  }
  return size;
}

}  // namespace

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

// False, with one problem for the whole layer, when it is more than the layer may have us keep.
// The problem names no path: whether that path is hidden by another layer says nothing.
bool FactsBuilder::has_room(std::size_t bytes) {
  if (bytes <= limits_.facts_bytes - bytes_) {
    bytes_ += bytes;
    return true;
  }
  if (!std::exchange(full_, true)) {
    facts_.problems.push_back(
        {"layer.facts",
         {},
         fmt::format("links, whiteouts, packages and problems of one layer take more than {} bytes",
                     limits_.facts_bytes),
         true});
  }
  return false;
}

void FactsBuilder::whiteout(std::string path) {
  if (has_room(sizeof(std::string) + path.size())) facts_.whiteouts.push_back(std::move(path));
}

void FactsBuilder::opaque(std::string folder) {
  if (has_room(sizeof(std::string) + folder.size())) facts_.opaques.push_back(std::move(folder));
}

void FactsBuilder::problem(Problem problem) {
  if (has_room(size_of(problem))) facts_.problems.push_back(std::move(problem));
}

void FactsBuilder::link(const std::string& path, const std::string& target, EntryKind kind) {
  member(path, kind);
  if (links_.size() >= limits_.links) {
    if (std::exchange(links_full_, true)) return;
    problem(
        {"layer.links",
         {},
         fmt::format("more than {} links in one layer, the rest is not followed", limits_.links),
         true});
  } else if (has_room(sizeof(Link) + path.size() + target.size())) {
    links_.push_back({{path, target, kind}, sequence_});
  }
}

void FactsBuilder::catalog(const Dispatcher& dispatcher, std::string_view name,
                           const std::string& path, ByteView bytes) {
  std::vector<CatalogedFile> found;
  std::vector<Problem> problems;
  dispatcher.run(name, path, bytes, found, problems);
  for (CatalogedFile& file : found) {
    if (has_room(size_of(file))) files_.push_back({std::move(file), sequence_});
  }
  for (Problem& one : problems) problem(std::move(one));
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
