#pragma once
// Decides from a path alone whether any cataloger wants a file, and runs those that do.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/cataloger.h"

namespace tallyman {

class Dispatcher {
 public:
  explicit Dispatcher(std::span<const Cataloger* const> catalogers = ecosystems::all());

  // The largest size any cataloger accepts for this path; nullopt when nobody wants it. Called
  // for every tar member: one hash look-up of the last path part and one of the folder.
  std::optional<std::uint64_t> wanted(std::string_view path) const;

  // Runs every cataloger that wants `path`; appends what they found and what went wrong.
  // `where` is the path recorded in the facts; it differs from `path` (the name that decided)
  // when the file was reached through a link.
  void run(std::string_view path, std::string_view where, ByteView bytes,
           std::vector<CatalogedFile>& files, std::vector<Problem>& problems) const;

  // Exact paths and folders that patterns name: the overlay checks whether links lead there.
  std::vector<std::string_view> anchored_paths() const;

  // Changes whenever a cataloger is added, removed or raised: part of the facts fingerprint.
  std::string fingerprint() const;

 private:
  struct Rule {
    const Cataloger* cataloger;
    PathPattern pattern;
  };
  std::vector<const Rule*> matching(std::string_view path) const;

  std::vector<Rule> rules_;
  // Sorted by text, searched by binary search: exact on whole paths, folder and name by part.
  std::vector<const Rule*> exact_;
  std::vector<const Rule*> folder_;
  std::vector<const Rule*> name_;
};

}  // namespace tallyman
