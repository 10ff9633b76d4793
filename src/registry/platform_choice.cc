#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "registry/manifest.h"
#include "registry/media_types.h"

namespace tallyman {
namespace {

constexpr std::size_t kListed = 20;  // platforms that an error names

bool names_no_platform(const IndexEntry& entry) {
  return entry.platform.os.empty() && entry.platform.architecture.empty();
}

// An entry of a media type that is neither an image nor an index is some artifact.
bool may_be_image(const IndexEntry& entry) {
  const std::string& type = entry.manifest.media_type;
  return !entry.attestation && (type.empty() || media_type::is_manifest(type));
}

// What to try, best first. An architecture without a variant means its baseline; arm has none
// that everybody agrees on, so the newest that images are commonly built for.
std::vector<Platform> preferences(const Platform& wanted) {
  std::vector<Platform> exact{wanted};
  if (wanted.architecture == "arm" && wanted.variant.empty()) {
    exact.push_back({wanted.os, wanted.architecture, "v7"});
    exact.push_back({wanted.os, wanted.architecture, "v6"});
  }
  return exact;
}

std::string available(const std::vector<const IndexEntry*>& candidates) {
  std::set<std::string> names;
  for (const IndexEntry* entry : candidates) {
    if (!names_no_platform(*entry)) names.insert(printable(entry->platform.text()));
  }
  std::string list;
  std::size_t count = 0;
  for (const std::string& name : names) {
    if (count++ == kListed) return list + ", ...";
    list.append(list.empty() ? "" : ", ").append(name);
  }
  return list.empty() ? "none" : list;
}

}  // namespace

Result<IndexEntry> choose_platform(const ImageIndex& index, const Platform& wanted) {
  std::vector<const IndexEntry*> candidates;
  for (const IndexEntry& entry : index.entries) {
    if (may_be_image(entry)) candidates.push_back(&entry);
  }
  auto first = [&](auto&& fits) -> const IndexEntry* {
    auto found = std::ranges::find_if(candidates, [&](const IndexEntry* e) { return fits(*e); });
    return found == candidates.end() ? nullptr : *found;
  };
  for (const Platform& platform : preferences(wanted)) {
    if (auto* entry = first([&](const IndexEntry& e) { return e.platform == platform; }))
      return *entry;
  }
  if (auto* entry = first([&](const IndexEntry& e) { return wanted.matches(e.platform); }))
    return *entry;
  if (auto* entry = first(names_no_platform)) return *entry;
  std::string there_is = available(candidates);
  return fail(ErrorKind::not_found, "platform.not_available",
              fmt::format("no image for {}; there is: {}", wanted.text(), there_is),
              there_is == "none" ? "" : "choose one with --platform");
}

}  // namespace tallyman
