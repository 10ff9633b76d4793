#pragma once
// Collects what a walk over a layer (or a folder) meets, and puts it into the sorted form of
// LayerFacts. Of several members with one path the last wins, as it does when a tar is unpacked.
// What goes beyond Limits::facts_bytes or Limits::links is left out, with one problem each.

#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "catalog/dispatcher.h"
#include "model/layer_facts.h"
#include "stream/limits.h"

namespace tallyman {

class FactsBuilder {
 public:
  // `key` keys the path hashes (see model/path_hash.h). `limits` must outlive the builder.
  FactsBuilder(const Digest& key, const Limits& limits);

  // Paths are normalised and not empty.
  void member(const std::string& path, EntryKind kind);
  void link(const std::string& path, const std::string& target, EntryKind kind);
  void whiteout(std::string path);
  void opaque(std::string folder);
  void problem(Problem problem);
  // Runs the catalogers that want `name` over the file at `path`, the member added last.
  void catalog(const Dispatcher& dispatcher, std::string_view name, const std::string& path,
               ByteView bytes);

  LayerFacts finish() &&;

 private:
  struct HashOfHash {
    std::size_t operator()(const PathHash& hash) const;
  };
  struct Seen {
    PathEntry entry;
    std::uint32_t sequence;
  };
  template <class T>
  struct Numbered {
    T value;
    std::uint32_t sequence;
  };

  bool has_room(std::size_t bytes);
  void imply_folders(std::string_view path);
  void sort_paths();
  bool is_last(const std::string& path, std::uint32_t sequence) const;

  const Limits& limits_;
  PathHasher hasher_;
  LayerFacts facts_;
  std::uint32_t sequence_ = 0;
  std::string last_folder_;
  std::vector<Seen> seen_;
  std::unordered_set<PathHash, HashOfHash> folders_;
  std::vector<Numbered<CatalogedFile>> files_;
  std::vector<Numbered<Link>> links_;
  std::size_t bytes_ = 0;  // of what is kept
  bool full_ = false;
  bool links_full_ = false;
};

}  // namespace tallyman
