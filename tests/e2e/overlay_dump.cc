// Prints every path that an image in an OCI layout shows, one "KIND PATH LAYER" a line, as the
// overlay sees it: for comparison with what another program unpacks.
//
//   overlay_dump LAYOUT TAG

#include <cstdio>
#include <iostream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "image/layer_reader.h"
#include "image/overlay.h"
#include "image/source.h"
#include "stream/decompress.h"
#include "stream/path.h"
#include "stream/tar.h"

namespace tallyman {
namespace {

const char* name_of(EntryKind kind) {
  switch (kind) {
    case EntryKind::file:
      return "file";
    case EntryKind::directory:
      return "directory";
    case EntryKind::symlink:
      return "symlink";
    case EntryKind::hardlink:
      return "hardlink";
    case EntryKind::implied:
      return "implied";
    case EntryKind::other:
      return "other";
  }
  return "?";
}

std::string parent_of(const std::string& path) {
  std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

// Every path that a member of the layer spells, and every folder on the way.
Result<void> collect_paths(Reader& packed, const Limits& limits, std::set<std::string>& paths) {
  std::unique_ptr<Decompressor> unpacked = TRY(Decompressor::open(packed, limits));
  TarReader tar(*unpacked, limits);
  while (std::optional<TarMember> member = TRY(tar.next())) {
    std::optional<std::string> path = normalise_path(member->path);
    for (std::string at = path.value_or(""); !at.empty(); at = parent_of(at)) paths.insert(at);
  }
  return {};
}

// The same paths as they are once the links in their folders are followed.
std::set<std::string> real_paths(const std::set<std::string>& spelled, const Overlay& overlay) {
  std::set<std::string> real;
  for (const std::string& path : spelled) {
    std::string parent = parent_of(path);
    std::optional<std::string> folder = overlay.resolve(parent);
    if (!folder) continue;
    std::string name = path.substr(parent.empty() ? 0 : parent.size() + 1);
    real.insert(folder->empty() ? name : *folder + "/" + name);
  }
  return real;
}

Result<void> dump(const char* layout, const char* tag) {
  PlatformChoice platform{Platform::host(), false};
  std::unique_ptr<ImageSource> source = TRY(open_oci_layout(layout, tag, platform));
  Dispatcher dispatcher;
  Limits limits;
  MemoryBudget budget(limits.kept_bytes);
  std::vector<LayerFacts> facts;
  std::set<std::string> spelled;
  const std::vector<Layer>& layers = source->image().layers;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    std::unique_ptr<Reader> packed = TRY(source->open_layer(i));
    facts.push_back(TRY(read_layer(*packed, layers[i].blob.digest, {dispatcher, limits, budget})));
    std::unique_ptr<Reader> again = TRY(source->open_layer(i));
    TRY(collect_paths(*again, limits, spelled));
  }
  std::vector<const LayerFacts*> pointers;
  for (const LayerFacts& layer : facts) pointers.push_back(&layer);
  Overlay overlay(pointers);
  for (const std::string& path : real_paths(spelled, overlay)) {
    std::optional<Overlay::Node> node = overlay.find(path);
    if (node) std::cout << name_of(node->kind) << ' ' << path << ' ' << node->layer << '\n';
  }
  return {};
}

}  // namespace
}  // namespace tallyman

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: overlay_dump LAYOUT TAG\n", stderr);
    return 3;
  }
  tallyman::Result<void> done = tallyman::dump(argv[1], argv[2]);
  if (!done) std::cerr << describe(done.error()) << '\n';
  return done ? 0 : 1;
}
