#pragma once
// Whether one installed version is affected by one entry of the index.

#include <optional>
#include <string_view>

#include "model/version_scheme.h"
#include "vuln/index.h"

namespace tallyman {

// An installed version and how to compare it.
struct InstalledVersion {
  std::string_view text;
  const VersionScheme* scheme = nullptr;  // never null
  bool epoch_known = true;  // false: of an rpm source, whose file name carries no epoch
};

// Compares as the scheme does, except for rpm epochs that are not written: an advisory's version
// without an epoch means whatever epoch is installed, and a source's version without one (rpm
// source file names carry none) takes the advisory's.
std::weak_ordering compare_installed(const InstalledVersion& installed, std::string_view other);

// True when the version is inside the range; a `fixed` of "0" has nothing inside.
bool is_inside(const InstalledVersion& installed, const AffectedRange& range);

// The range of `entry` that has the version inside, or, where only the explicit list names it, a
// range without bounds; nullopt when the entry does not affect it.
std::optional<AffectedRange> affecting_range(const InstalledVersion& installed,
                                             const IndexEntry& entry);

// True when the two may be builds of the same rpm module: `module` ("nodejs:18", may be empty) is
// the record's, `label` ("nodejs:18:8090:abc:x86_64", may be empty) the package's. Without a label
// the release tells whether a build is modular ("1.el8.module+..."), and a modular build is never
// compared with one that is not.
bool same_modularity(std::string_view module, std::string_view fixed, std::string_view label,
                     std::string_view installed);

// True for a release that was built in a module.
bool is_modular(std::string_view version);

}  // namespace tallyman
