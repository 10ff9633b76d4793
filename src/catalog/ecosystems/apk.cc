// Alpine's package database: records of "X:value" lines, one blank line between two of them.

#include <fmt/format.h>

#include <array>
#include <optional>

#include "base/text.h"
#include "catalog/cataloger.h"

namespace tallyman::ecosystems {
namespace {

using Kind = PathPattern::Kind;

constexpr std::array kPatterns = {
    PathPattern{Kind::exact, "lib/apk/db/installed"},
    PathPattern{Kind::exact, "usr/lib/apk/db/installed"},
};
constexpr std::uint64_t kMaxSize = 64 << 20;
constexpr std::size_t kMaxLine = 1 << 20;

struct Record {
  Package package;
  std::size_t offset = 0;  // of its first line
  std::optional<std::size_t> bad_line;
  bool second_package = false;  // a lost blank line makes one record of two
  bool begun = false;
};

// The field that a letter stands for; the others (checksums, files, dependencies) are not kept.
std::string* field_of(Package& package, char letter) {
  switch (letter) {
    case 'P':
      return &package.name;
    case 'V':
      return &package.version;
    case 'A':
      return &package.architecture;
    case 'o':
      return &package.source_name;
    case 'L':
      return &package.licence;
    case 'm':
      return &package.supplier;
    default:
      return nullptr;
  }
}

void add_line(std::string_view line, std::size_t offset, Record& record) {
  bool well_formed = line.size() >= 2 && is_alpha(line[0]) && line[1] == ':';
  if (!well_formed || line.size() > kMaxLine) {
    if (!record.bad_line) record.bad_line = offset;
    return;
  }
  std::string* field = field_of(record.package, line[0]);
  record.second_package = record.second_package || (line[0] == 'P' && !field->empty());
  if (field != nullptr) *field = trim(line.substr(2));
}

void finish(Record record, CatalogSink& sink) {
  Package& package = record.package;
  if (record.second_package) {
    sink.problem("catalog.malformed",
                 fmt::format("byte {}: a record of two packages", record.offset));
  }
  if (package.name.empty() || package.version.empty()) {
    sink.problem("catalog.malformed",
                 fmt::format("byte {}: a record without {}", record.offset,
                             package.name.empty() ? "a name (P:)" : "a version (V:)"));
    return;
  }
  if (record.bad_line) {
    sink.problem("catalog.malformed",
                 fmt::format("byte {}: a line that is no field, in the record of {}",
                             *record.bad_line, package.name),
                 false);
  }
  package.type = "apk";
  if (package.source_name == package.name) package.source_name.clear();
  sink.add(std::move(package));
}

Result<void> parse(const CatalogInput& input, CatalogSink& sink) {
  std::string_view text = as_text(input.bytes);
  Record record;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    if (!trim(line).empty()) {
      if (!record.begun) record.offset = at;
      record.begun = true;
      add_line(line, at, record);
    } else if (record.begun) {
      finish(std::move(record), sink);
      record = {};
    }
    at = end + 1;
  }
  if (record.begun) finish(std::move(record), sink);
  return {};
}

}  // namespace

extern const Cataloger apk{
    .id = "apk", .version = 2, .patterns = kPatterns, .max_size = kMaxSize, .parse = parse};

}  // namespace tallyman::ecosystems
