#pragma once
// What an image's layers show when they are stacked: a merge of LayerFacts by path, the way a
// container runtime unpacks one layer over the other, with nothing unpacked. The same rules
// serve whoever asks about a path: a cataloger's file, a link's target, an owned file.
//
//   - A whiteout hides a path and all below it in lower layers; an opaque folder hides what
//     lower layers have below it. Neither touches its own layer, whatever the order in the tar.
//   - A member that is not a folder replaces what lower layers have at that path, whole subtree
//     included; a folder over a folder merges; a folder over anything else replaces it.
//   - A member below a path that is a symbolic link (in a lower layer, or earlier in its own)
//     lands where the link leads; links never lead out of the image. One layer may use 256 links
//     in this way: content through more of them is not placed, and a problem says so.

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/dispatcher.h"
#include "image/layer_reader.h"
#include "model/layer_facts.h"

namespace tallyman {

class Overlay {
 public:
  // `layers` is base first and must outlive the overlay.
  explicit Overlay(std::span<const LayerFacts* const> layers);

  // What is visible at a normalised path, without following a link in its last part.
  struct Node {
    std::size_t layer = 0;
    EntryKind kind = EntryKind::file;
    std::string spelled;  // the path under which that layer has it
  };
  std::optional<Node> find(std::string_view path) const { return find_below(path, layers_.size()); }

  // The path with every symbolic link in it followed (at most 40); nullopt when a part is
  // missing, a loop is met, or a part that is not a folder has something below it.
  std::optional<std::string> resolve(std::string_view path) const {
    return resolve_below(path, layers_.size());
  }

  // A catalogued file that is visible in the image, and where.
  struct VisibleFile {
    std::size_t layer;
    std::string path;  // in the image; differs from file->path when a folder of it is a link
    const CatalogedFile* file;
  };
  std::vector<VisibleFile> files() const;  // sorted by path, then layer

  // Problems that still matter: those of hidden files are left out.
  std::vector<Problem> problems() const;

  // Files that turned out to be wanted, under the name of a link, after their layer was read:
  // for each layer what a second look has to judge anew. Empty for nearly every image.
  struct Look {
    std::size_t layer;
    struct Target {
      PathAlias alias;          // what to read, and the name that makes it wanted
      std::size_t shown_layer;  // where the image shows it: another layer when a hard link does
      std::string shown_path;   // empty: where it was read
      auto operator<=>(const Target&) const = default;
    };
    std::vector<Target> targets;  // sorted
  };
  std::vector<Look> missing(const Dispatcher& dispatcher) const;

 private:
  struct Alias {
    std::string link;    // path of the symbolic link
    std::string target;  // where it leads
  };
  struct View {
    const LayerFacts* facts;
    PathHasher hasher;
    std::vector<std::string> whiteouts;  // where they land, sorted
    std::vector<std::string> opaques;
    std::vector<Alias> aliases;  // links that content of this layer goes through
    bool aliases_full = false;
  };

  std::optional<Node> find_in(const View& view, std::size_t layer, std::string_view path) const;
  bool hides_lower(const View& view, std::string_view path) const;
  std::optional<Node> find_below(std::string_view path, std::size_t top) const;
  std::optional<std::string> resolve_below(std::string_view path, std::size_t top) const;
  std::string landing_path(std::string_view path, std::size_t top) const;
  std::optional<std::string_view> link_target(const Node& node) const;
  std::optional<Node> content_of(Node node) const;
  void add_view(const LayerFacts& facts);

  std::vector<View> layers_;
};

}  // namespace tallyman
