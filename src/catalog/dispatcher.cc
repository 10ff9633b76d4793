#include "catalog/dispatcher.h"

#include <fmt/format.h>

#include <algorithm>

namespace tallyman {
namespace {

struct PathParts {
  std::string_view folder;  // with its slash; empty at the root
  std::string_view name;
};

PathParts parts_of(std::string_view path) {
  std::size_t begin = path.rfind('/') + 1;  // npos + 1 is 0
  return {path.substr(0, begin), path.substr(begin)};
}

bool name_matches(const PatternRule& rule, std::string_view path) {
  return rule.pattern.kind == PathPattern::Kind::name || rule.pattern.text == path;
}

bool folder_matches(const PatternRule& rule, std::string_view name) {
  std::string_view except = rule.pattern.except_suffix;
  return !name.empty() && (except.empty() || !name.ends_with(except));
}

std::string_view mark(PathPattern::Kind kind) {
  return kind == PathPattern::Kind::name ? "*/" : "";
}

void run_one(const Cataloger& cataloger, const CatalogInput& input, CatalogSink& sink) {
  if (input.bytes.size() > cataloger.max_size) {
    sink.problem("catalog.too_large",
                 fmt::format("{} bytes, the {} cataloger reads {} at most", input.bytes.size(),
                             cataloger.id, cataloger.max_size));
    return;
  }
  if (Result<void> done = cataloger.parse(input, sink); !done) {
    sink.problem(done.error().code, done.error().context);
  }
}

}  // namespace

Dispatcher::Dispatcher(std::span<const Cataloger* const> catalogers)
    : catalogers_(catalogers.begin(), catalogers.end()) {
  std::vector<PatternRule> names;
  std::vector<PatternRule> folders;
  for (const Cataloger* cataloger : catalogers) {
    for (const PathPattern& pattern : cataloger->patterns) {
      if (pattern.kind == PathPattern::Kind::folder) {
        folders.push_back({pattern.text, cataloger, pattern});
      } else {
        names.push_back({parts_of(pattern.text).name, cataloger, pattern});
      }
    }
  }
  names_ = PatternTable(std::move(names));
  folders_ = PatternTable(std::move(folders));
}

std::optional<std::uint64_t> Dispatcher::wanted(std::string_view path) const {
  PathParts parts = parts_of(path);
  std::optional<std::uint64_t> size;
  for (const PatternRule& rule : names_.find(parts.name)) {
    if (name_matches(rule, path)) size = std::max(size.value_or(0), rule.cataloger->max_size);
  }
  for (const PatternRule& rule : folders_.find(parts.folder)) {
    if (folder_matches(rule, parts.name)) {
      size = std::max(size.value_or(0), rule.cataloger->max_size);
    }
  }
  return size;
}

std::vector<const Cataloger*> Dispatcher::matching(std::string_view path) const {
  PathParts parts = parts_of(path);
  std::vector<const Cataloger*> found;
  for (const PatternRule& rule : names_.find(parts.name)) {
    if (name_matches(rule, path)) found.push_back(rule.cataloger);
  }
  for (const PatternRule& rule : folders_.find(parts.folder)) {
    if (folder_matches(rule, parts.name)) found.push_back(rule.cataloger);
  }
  std::sort(found.begin(), found.end(),
            [](const Cataloger* a, const Cataloger* b) { return a->id < b->id; });
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

void Dispatcher::run(std::string_view path, std::string_view where, ByteView bytes,
                     std::vector<CatalogedFile>& files, std::vector<Problem>& problems) const {
  for (const Cataloger* cataloger : matching(path)) {
    CatalogSink sink;
    sink.where_ = where;
    sink.file_.path = where;
    sink.file_.cataloger = cataloger->id;
    run_one(*cataloger, {.path = path, .bytes = bytes}, sink);
    files.push_back(std::move(sink.file_));
    std::move(sink.problems_.begin(), sink.problems_.end(), std::back_inserter(problems));
  }
}

std::vector<std::string_view> Dispatcher::anchored_paths() const {
  std::vector<std::string_view> paths;
  for (const Cataloger* cataloger : catalogers_) {
    for (const PathPattern& pattern : cataloger->patterns) {
      if (pattern.kind != PathPattern::Kind::name) paths.push_back(pattern.text);
    }
  }
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

std::string Dispatcher::fingerprint() const {
  std::string text;
  for (const Cataloger* cataloger : catalogers_) {
    text += fmt::format("{} {} {}", cataloger->id, cataloger->version, cataloger->max_size);
    for (const PathPattern& pattern : cataloger->patterns) {
      text += fmt::format(" {}{}", mark(pattern.kind), pattern.text);
      if (!pattern.except_suffix.empty()) text += fmt::format("!{}", pattern.except_suffix);
    }
    text += ';';
  }
  return text;
}

}  // namespace tallyman
