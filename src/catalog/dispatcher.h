#pragma once
// Decides from a path alone whether any cataloger wants a file, and runs those that do.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/cataloger.h"
#include "catalog/pattern_table.h"

namespace tallyman {

class Dispatcher {
 public:
  // The catalogers must outlive the dispatcher, as those of the generated list do.
  explicit Dispatcher(std::span<const Cataloger* const> catalogers = ecosystems::all());

  // The largest size any cataloger accepts for this path; nullopt when nobody wants it. Called
  // for every tar member: one hash look-up of the last path part and one of the folder.
  std::optional<std::uint64_t> wanted(std::string_view path) const;

  // Runs every cataloger that wants `path`; appends what they found and what went wrong. Each of
  // them gives one CatalogedFile, without packages when it found none, so that a file that was
  // read differs from one that was not.
  // `where` is the path recorded in the facts; it differs from `path` (the name that decided)
  // when the file was reached through a link.
  void run(std::string_view path, std::string_view where, ByteView bytes,
           std::vector<CatalogedFile>& files, std::vector<Problem>& problems) const;

  // Exact paths ("var/lib/dpkg/status") and folders (with a trailing slash,
  // "var/lib/dpkg/status.d/") that patterns name, sorted, each once: the overlay checks whether
  // links lead there.
  std::vector<std::string_view> anchored_paths() const;

  // One line that changes whenever a cataloger is added, removed or raised, or wants other
  // files: part of the facts fingerprint.
  std::string fingerprint() const;

 private:
  std::vector<const Cataloger*> matching(std::string_view path) const;

  std::vector<const Cataloger*> catalogers_;
  PatternTable names_;    // exact and name patterns, by last part
  PatternTable folders_;  // folder patterns, by folder with its slash
};

}  // namespace tallyman
