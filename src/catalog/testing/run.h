#pragma once
// For tests only: one cataloger run over one file in memory, and readable texts of what it found.

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "catalog/dispatcher.h"

namespace tallyman::testing_support {

struct CatalogRun {
  CatalogedFile file;
  std::vector<Problem> problems;

  bool incomplete() const {
    for (const Problem& problem : problems) {
      if (problem.incomplete) return true;
    }
    return false;
  }
  // "name version" of every package, in the order found.
  std::vector<std::string> names() const {
    std::vector<std::string> list;
    for (const Package& package : file.packages)
      list.push_back(package.name + " " + package.version);
    return list;
  }
};

// What `cataloger` alone makes of the file; an empty CatalogRun when it does not want the path.
inline CatalogRun run_cataloger(const Cataloger& cataloger, std::string_view path, ByteView bytes) {
  const Cataloger* const only[] = {&cataloger};
  std::vector<CatalogedFile> files;
  CatalogRun run;
  Dispatcher(only).run(path, path, bytes, files, run.problems);
  if (!files.empty()) run.file = std::move(files.front());
  return run;
}

// Every fact of a run, one line each, fields separated by tabs: the same facts give the same text.
inline std::vector<std::string> facts_of(const CatalogRun& run) {
  std::vector<std::string> lines;
  for (const Package& p : run.file.packages) {
    lines.push_back(fmt::format("package\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}", p.type, p.name,
                                p.version, p.architecture, p.source_name, p.source_version,
                                p.licence, p.supplier, p.modularity));
  }
  if (const auto& d = run.file.distro) {
    lines.push_back(fmt::format("distro\t{}\t{}\t{}\t{}\t{}", d->id, d->id_like, d->version_id,
                                d->version_codename, d->pretty_name));
  }
  for (const Problem& p : run.problems) {
    lines.push_back(fmt::format("problem\t{}\t{}\t{}", p.code, p.message,
                                p.incomplete ? "incomplete" : "complete"));
  }
  return lines;
}

}  // namespace tallyman::testing_support
