// Debian's package database: dpkg's status file, and the one-stanza files that distroless images
// have in its place.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "catalog/cataloger.h"
#include "parse/stanza.h"

namespace tallyman::ecosystems {
namespace {

using Kind = PathPattern::Kind;

constexpr std::array kPatterns = {
    PathPattern{Kind::exact, "var/lib/dpkg/status"},
    PathPattern{Kind::exact, "usr/lib/dpkg/status"},
    PathPattern{Kind::folder, "var/lib/dpkg/status.d/", ".md5sums"},
    PathPattern{Kind::folder, "usr/lib/dpkg/status.d/", ".md5sums"},
};
constexpr std::uint64_t kMaxSize = 64 << 20;

// "Status: <wanted> <error> <state>". Only the state says what is on the disk: a package that
// someone wants removed is there until it is, and one that is half installed may be. So every
// state counts but the two that leave no program behind; that is `dpkg-query -W` without its "rc"
// rows. A stanza without the field (distroless has none) counts: leaving it out would lose a
// package in silence.
bool is_on_disk(std::string_view status) {
  std::string_view state = status.substr(status.rfind(' ') + 1);
  return state != "config-files" && state != "not-installed";
}

// "Source: name (version)"; without the field, or the version, the package's own.
void set_source(std::string_view source, Package& package) {
  Cut parts = cut(source, '(');
  std::string_view name = trim(parts.before);
  std::string_view version = trim(cut(parts.after, ')').before);
  if (name != package.name) package.source_name = name;
  if (version != package.version) package.source_version = version;
}

// A lost blank line makes one stanza of two packages.
bool has_second_package(const Stanza& stanza) {
  return std::ranges::count_if(stanza.fields, [](const StanzaField& field) {
           return equals_ignoring_case(field.name, "Package");
         }) > 1;
}

void read_stanza(const Stanza& stanza, CatalogSink& sink) {
  if (has_second_package(stanza)) {
    sink.problem("catalog.malformed",
                 fmt::format("byte {}: a stanza of two packages", stanza.offset));
  }
  if (!is_on_disk(stanza.first_line("Status"))) return;
  if (stanza.too_large) {
    sink.problem("catalog.limit", fmt::format("byte {}: a stanza over every bound", stanza.offset));
  }
  Package package;
  package.type = "deb";
  package.name = stanza.first_line("Package");
  package.version = stanza.first_line("Version");
  package.architecture = stanza.first_line("Architecture");
  package.supplier = stanza.first_line("Maintainer");
  if (package.name.empty() || package.version.empty()) {
    sink.problem("catalog.malformed", fmt::format("byte {}: a stanza without {}", stanza.offset,
                                                  package.name.empty() ? "Package" : "Version"));
    return;
  }
  if (stanza.bad_line) {
    sink.problem("catalog.malformed",
                 fmt::format("byte {}: a line that is no field, in the stanza of {}",
                             *stanza.bad_line, package.name),
                 false);
  }
  set_source(stanza.first_line("Source"), package);
  sink.add(std::move(package));
}

Result<void> parse(const CatalogInput& input, CatalogSink& sink) {
  StanzaReader reader(as_text(input.bytes));
  Stanza stanza;
  while (reader.next(stanza)) read_stanza(stanza, sink);
  return {};
}

}  // namespace

extern const Cataloger dpkg{
    .id = "dpkg", .version = 2, .patterns = kPatterns, .max_size = kMaxSize, .parse = parse};

}  // namespace tallyman::ecosystems
