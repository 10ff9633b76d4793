#pragma once
// Which OSV ecosystem speaks of a distribution's packages, and how it names them. One row per
// distribution: adding one is adding a row.

#include <string>
#include <string_view>
#include <vector>

#include "model/package.h"
#include "model/version_scheme.h"
#include "vuln/index.h"

namespace tallyman {

// What the records of a distribution call a package.
enum class NameKind {
  source,             // Debian, Ubuntu: the source package
  binary,             // AlmaLinux, Red Hat: the package itself
  source_and_binary,  // Alpine, Wolfi: the origin, now and then a package; Rocky: the source
};

struct DistroRule {
  std::string_view id;            // os-release ID
  std::string_view package_type;  // "deb", "apk", "rpm": also the version scheme
  NameKind names;
  std::string (*ecosystem)(const Distro&);
};

// The row of that distribution; nullptr when we do not know it.
const DistroRule* find_distro_rule(const Distro& distro);

// Every ecosystem of the index that holds records for this distribution release, sorted: Ubuntu
// with and without ":LTS" (never Ubuntu Pro), Red Hat with its repositories
// ("Red Hat:enterprise_linux:8::appstream"; no extended-update streams). Empty: not covered.
std::vector<std::string> covered_ecosystems(const Distro& distro, const VulnerabilityIndex& index);

// The id of the version scheme of an ecosystem's packages ("deb" for "Debian:12"); "" when it is
// none that we match.
std::string_view version_scheme_of(std::string_view ecosystem);

}  // namespace tallyman
