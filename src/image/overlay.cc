#include "image/overlay.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/text.h"

namespace tallyman {
namespace {

constexpr int kMaxLinks = 40;  // as Linux does (ELOOP)
// Every look-up tries each alias of a layer. A layer that an overlay driver made has none, one made
// by hand a few ("bin", "lib" and the like).
constexpr std::size_t kMaxAliases = 256;

std::string join(std::string_view folder, std::string_view name) {
  if (folder.empty()) return std::string(name);
  return std::string(folder) + "/" + std::string(name);
}

bool contains(const std::vector<std::string>& sorted, std::string_view path) {
  return std::binary_search(sorted.begin(), sorted.end(), path);
}

// Calls visit(ancestor) for "a", "a/b" of "a/b/c"; stops when it returns true.
template <class Visit>
bool any_ancestor(std::string_view path, Visit visit) {
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1)) {
    if (visit(path.substr(0, slash))) return true;
  }
  return false;
}

bool is_folder(EntryKind kind) {
  return kind == EntryKind::directory || kind == EntryKind::implied;
}

bool is_below(std::string_view path, std::string_view folder) {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

// The explicit member at that hash if there is one, else the implied folder.
std::optional<EntryKind> kind_of(const LayerFacts& facts, const PathHash& hash) {
  auto found = std::lower_bound(
      facts.paths.begin(), facts.paths.end(), hash,
      [](const PathEntry& entry, const PathHash& wanted) { return entry.hash < wanted; });
  if (found == facts.paths.end() || found->hash != hash) return std::nullopt;
  return found->kind;
}

bool has_implied(const LayerFacts& facts, const PathHash& hash) {
  return std::binary_search(facts.paths.begin(), facts.paths.end(),
                            PathEntry{hash, EntryKind::implied});
}

}  // namespace

Overlay::Overlay(std::span<const LayerFacts* const> layers) {
  layers_.reserve(layers.size());
  for (const LayerFacts* facts : layers) add_view(*facts);
}

// Bottom up: where a layer's content lands depends only on itself and on the layers below.
void Overlay::add_view(const LayerFacts& facts) {
  std::size_t index = layers_.size();
  layers_.push_back({&facts, PathHasher(facts.blob), {}, {}, {}, false});
  // A link of this or a lower layer that this layer has content "below".
  std::set<std::string> through;
  for (const View& lower : layers_) {
    for (const Link& link : lower.facts->links) {
      if (link.kind != EntryKind::symlink) continue;
      if (has_implied(facts, layers_[index].hasher(link.path))) through.insert(link.path);
    }
  }
  for (const std::string& link : through) {
    if (layers_[index].aliases.size() == kMaxAliases) {
      layers_[index].aliases_full = true;
      break;
    }
    std::optional<Node> node = find_below(link, index + 1);
    // The layer's own implied folder is what find_in sees first; ask below it.
    if (node && node->layer == index && node->kind == EntryKind::implied) {
      node = find_below(link, index);
    }
    if (!node || node->kind != EntryKind::symlink) continue;
    std::optional<std::string> target = resolve_below(link, node->layer + 1);
    if (target && *target != link) layers_[index].aliases.push_back({link, *target});
  }
  for (const std::string& path : facts.whiteouts) {
    layers_[index].whiteouts.push_back(landing_path(path, index));
  }
  for (const std::string& path : facts.opaques) {
    // The folder itself may be reached through a link: an opaque marker is content of it.
    std::string landed = landing_path(join(path, "x"), index);
    landed.resize(landed.size() - std::min<std::size_t>(landed.size(), 2));
    layers_[index].opaques.push_back(landed);
  }
  std::sort(layers_[index].whiteouts.begin(), layers_[index].whiteouts.end());
  std::sort(layers_[index].opaques.begin(), layers_[index].opaques.end());
}

std::optional<Overlay::Node> Overlay::find_in(const View& view, std::size_t layer,
                                              std::string_view path) const {
  std::optional<EntryKind> kind = kind_of(*view.facts, view.hasher(path));
  if (kind && *kind != EntryKind::implied) return Node{layer, *kind, std::string(path)};
  for (const Alias& alias : view.aliases) {
    if (!is_below(path, alias.target)) continue;
    std::string spelled = alias.link + std::string(path.substr(alias.target.size()));
    std::optional<EntryKind> there = kind_of(*view.facts, view.hasher(spelled));
    if (there) return Node{layer, *there, std::move(spelled)};
  }
  if (!kind) return std::nullopt;
  // An implied folder that is a link below is not a folder of its own.
  for (const Alias& alias : view.aliases) {
    if (alias.link == path) return std::nullopt;
  }
  return Node{layer, *kind, std::string(path)};
}

// True when this layer takes away what lower layers have at `path`.
bool Overlay::hides_lower(const View& view, std::string_view path) const {
  if (contains(view.whiteouts, path)) return true;
  if (!view.opaques.empty() && contains(view.opaques, "")) return true;
  return any_ancestor(path, [&](std::string_view ancestor) {
    if (contains(view.whiteouts, ancestor) || contains(view.opaques, ancestor)) return true;
    std::optional<Node> node = find_in(view, 0, ancestor);
    return node && !is_folder(node->kind);
  });
}

std::optional<Overlay::Node> Overlay::find_below(std::string_view path, std::size_t top) const {
  std::optional<Node> implied;
  for (std::size_t i = top; i-- > 0;) {
    std::optional<Node> node = find_in(layers_[i], i, path);
    if (node && node->kind != EntryKind::implied) return node;
    if (node && !implied) implied = node;  // a lower explicit folder says more
    if (hides_lower(layers_[i], path)) break;
  }
  return implied;
}

std::optional<std::string_view> Overlay::link_target(const Node& node) const {
  const std::vector<Link>& links = layers_[node.layer].facts->links;
  auto found =
      std::lower_bound(links.begin(), links.end(), node.spelled,
                       [](const Link& link, const std::string& path) { return link.path < path; });
  if (found == links.end() || found->path != node.spelled) return std::nullopt;
  return found->target;
}

std::optional<std::string> Overlay::resolve_below(std::string_view path, std::size_t top) const {
  std::vector<std::string> left;  // parts still to walk, last first
  auto push = [&](std::string_view text) {
    std::vector<std::string_view> parts = split(text, '/');
    for (std::size_t i = parts.size(); i-- > 0;) {
      if (!parts[i].empty() && parts[i] != ".") left.emplace_back(parts[i]);
    }
  };
  push(path);
  std::string done;
  int links = 0;
  while (!left.empty()) {
    std::string part = std::move(left.back());
    left.pop_back();
    if (part == "..") {  // the root's parent is the root
      std::size_t slash = done.rfind('/');
      done.resize(slash == std::string::npos ? 0 : slash);
      continue;
    }
    std::string here = join(done, part);
    std::optional<Node> node = find_below(here, top);
    if (!node) return std::nullopt;
    if (node->kind == EntryKind::symlink) {
      std::optional<std::string_view> target = link_target(*node);
      if (!target || ++links > kMaxLinks || left.size() > 4096) return std::nullopt;
      if (target->starts_with('/')) done.clear();
      push(*target);
      continue;
    }
    if (!left.empty() && !is_folder(node->kind)) return std::nullopt;
    done = std::move(here);
  }
  return done;
}

// Where a member spelled `path` lands when a layer is unpacked over the layers below `top`.
std::string Overlay::landing_path(std::string_view path, std::size_t top) const {
  std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return std::string(path);
  std::optional<std::string> folder = resolve_below(path.substr(0, slash), top);
  return folder ? join(*folder, path.substr(slash + 1)) : std::string(path);
}

std::vector<Overlay::VisibleFile> Overlay::files() const {
  std::vector<VisibleFile> visible;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    for (const CatalogedFile& file : layers_[i].facts->files) {
      std::string path = file.path;
      for (const Alias& alias : layers_[i].aliases) {
        if (is_below(path, alias.link)) path = alias.target + path.substr(alias.link.size());
      }
      std::optional<Node> node = find(path);
      if (node && node->layer == i && node->spelled == file.path) {
        visible.push_back({i, std::move(path), &file});
      }
    }
  }
  std::sort(visible.begin(), visible.end(), [](const VisibleFile& a, const VisibleFile& b) {
    return std::tie(a.path, a.layer, a.file->cataloger) <
           std::tie(b.path, b.layer, b.file->cataloger);
  });
  return visible;
}

std::vector<Problem> Overlay::problems() const {
  std::vector<Problem> all;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    for (const Problem& problem : layers_[i].facts->problems) {
      std::optional<Node> node = find(problem.path);
      bool hidden = node && node->layer > i;
      bool removed =
          !node && kind_of(*layers_[i].facts, layers_[i].hasher(problem.path)).has_value();
      if (!hidden && !removed) all.push_back(problem);
    }
    if (layers_[i].aliases_full) {
      all.push_back({"layer.links",
                     {},
                     fmt::format("layer {} has content through more than {} symbolic links, the "
                                 "rest is not placed",
                                 i + 1, kMaxAliases),
                     true});
    }
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

// The member that holds the bytes: behind a hard link, what its target was when its layer was
// unpacked.
std::optional<Overlay::Node> Overlay::content_of(Node node) const {
  for (int hops = 0; node.kind == EntryKind::hardlink; ++hops) {
    std::optional<std::string_view> target = link_target(node);
    if (!target || hops > kMaxLinks) return std::nullopt;
    std::optional<Node> next;
    // In its own layer, or below it: there a whiteout of the link's own layer does not count yet.
    for (std::size_t top = node.layer + 1; !next && top >= node.layer && top > 0; --top) {
      std::optional<std::string> real = resolve_below(*target, top);
      if (real) next = find_below(*real, top);
    }
    if (!next) return std::nullopt;
    node = std::move(*next);
  }
  return node;
}

std::vector<Overlay::Look> Overlay::missing(const Dispatcher& dispatcher) const {
  std::map<std::size_t, std::set<Look::Target>> looks;
  auto look_at_file = [&](const std::string& alias) {
    std::optional<std::string> real = resolve(alias);
    std::optional<Node> shown = real ? find(*real) : std::nullopt;
    if (!shown) return;
    bool hard = shown->kind == EntryKind::hardlink;
    if (!hard && dispatcher.wanted(shown->spelled)) return;  // found under its own name
    std::optional<Node> content = content_of(*shown);
    if (!content || content->kind != EntryKind::file) return;
    looks[content->layer].insert({{content->spelled, alias}, shown->layer, shown->spelled});
  };
  // Links that carry a wanted name themselves.
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    for (const Link& link : layers_[i].facts->links) {
      if (!dispatcher.wanted(link.path)) continue;
      std::optional<Node> node = find(link.path);
      if (node && node->layer == i) look_at_file(link.path);
    }
  }
  // Links on the way to a wanted path.
  for (std::string_view anchor : dispatcher.anchored_paths()) {
    if (anchor.ends_with('/')) anchor.remove_suffix(1);
    std::optional<std::string> real = resolve(anchor);
    if (!real || *real == anchor) continue;
    std::optional<Node> node = find(*real);
    if (!node) continue;
    if (!is_folder(node->kind)) {
      look_at_file(std::string(anchor));
      continue;
    }
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      std::optional<Node> here = find_in(layers_[i], i, *real);
      if (here && is_folder(here->kind) && !dispatcher.wanted(here->spelled + "/x")) {
        looks[i].insert({{here->spelled, std::string(anchor)}, i, {}});
      }
    }
  }
  std::vector<Look> list;
  for (auto& [layer, targets] : looks) {
    list.push_back({layer, std::vector<Look::Target>(targets.begin(), targets.end())});
  }
  return list;
}

}  // namespace tallyman
