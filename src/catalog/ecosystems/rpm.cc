// rpm's package database in its three forms. Public keys, which rpm keeps as packages named
// "gpg-pubkey", are listed as `rpm -qa` lists them.

#include <fmt/format.h>

#include <array>

#include "catalog/cataloger.h"
#include "catalog/rpm_sqlite.h"
#include "parse/rpm_database.h"
#include "parse/rpm_header.h"

namespace tallyman::ecosystems {
namespace {

using Kind = PathPattern::Kind;

constexpr std::array kPatterns = {
    PathPattern{Kind::exact, "var/lib/rpm/rpmdb.sqlite"},
    PathPattern{Kind::exact, "var/lib/rpm/rpmdb.sqlite-wal"},
    PathPattern{Kind::exact, "var/lib/rpm/Packages.db"},
    PathPattern{Kind::exact, "var/lib/rpm/Packages"},
    PathPattern{Kind::exact, "usr/lib/sysimage/rpm/rpmdb.sqlite"},
    PathPattern{Kind::exact, "usr/lib/sysimage/rpm/rpmdb.sqlite-wal"},
    PathPattern{Kind::exact, "usr/lib/sysimage/rpm/Packages.db"},
    PathPattern{Kind::exact, "usr/lib/sysimage/rpm/Packages"},
    PathPattern{Kind::exact, "usr/share/rpm/rpmdb.sqlite"},
    PathPattern{Kind::exact, "usr/share/rpm/rpmdb.sqlite-wal"},
    PathPattern{Kind::exact, "usr/share/rpm/Packages.db"},
    PathPattern{Kind::exact, "usr/share/rpm/Packages"},
};
constexpr std::uint64_t kMaxSize = 256 << 20;

Package to_package(RpmHeader header) {
  Package package;
  package.type = "rpm";
  package.name = std::move(header.name);
  package.version = header.full_version();
  package.architecture = std::move(header.architecture);
  package.licence = std::move(header.licence);
  package.supplier = std::move(header.vendor);
  package.modularity = std::move(header.modularity);
  RpmSource source = split_source_rpm(header.source_rpm);
  if (source.name != package.name) package.source_name = source.name;
  // A source file's name has no epoch: it is the package's own version when all else is equal.
  if (source.version != fmt::format("{}-{}", header.version, header.release)) {
    package.source_version = source.version;
  }
  return package;
}

// The log holds pages that are newer than the database's. rpm empties it when it closes.
void read_log(ByteView log, CatalogSink& sink) {
  if (log.empty()) return;
  sink.problem("catalog.unsupported",
               "this write-ahead log is not empty: the newest packages may be in it, not in the "
               "database beside it");
}

Result<void> parse(const CatalogInput& input, CatalogSink& sink) {
  RpmDatabaseVisitor visitor{
      .header =
          [&](ByteView blob) {
            Result<RpmHeader> header = parse_rpm_header(blob);
            if (header) return sink.add(to_package(std::move(*header)));
            sink.problem(header.error().code, header.error().context);
            return true;
          },
      .broken = [&](const std::string& what) { sink.problem("catalog.malformed", what); }};
  if (input.path.ends_with(".sqlite")) return read_rpm_sqlite(input.bytes, visitor);
  if (input.path.ends_with(".db")) return read_rpm_ndb(input.bytes, visitor);
  if (input.path.ends_with("/Packages")) return read_rpm_bdb(input.bytes, visitor);
  read_log(input.bytes, sink);
  return {};
}

}  // namespace

extern const Cataloger rpm{
    .id = "rpm", .version = 2, .patterns = kPatterns, .max_size = kMaxSize, .parse = parse};

}  // namespace tallyman::ecosystems
