#pragma once
// One installed package, as the catalogers find it and the reports show it.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/digest.h"

namespace tallyman {

// Which operating system an image is, from os-release (freedesktop.org os-release(5)).
struct Distro {
  std::string id;          // "debian", "alpine", "rhel"
  std::string id_like;     // space-separated, as written
  std::string version_id;  // "12", "3.19.1"; empty for rolling releases
  std::string version_codename;
  std::string pretty_name;
  bool operator==(const Distro&) const = default;
};

// Where in the image a package was found.
struct Location {
  std::string path;               // in the image, no leading slash: "var/lib/dpkg/status"
  Digest layer;                   // diff ID of the layer that serves that path
  std::uint32_t layer_index = 0;  // 0 is the base
  auto operator<=>(const Location&) const = default;
};

struct Package {
  std::string type;  // purl type: "deb", "rpm", "apk"
  std::string name;
  std::string version;              // as the ecosystem compares it, with epoch where there is one:
                                    // "1:2.3-4" (deb, rpm; an rpm epoch of 0 is not written)
  std::string architecture;         // as the package database writes it; may be empty
  std::string source_name;          // source or origin package; empty when it is the package itself
  std::string source_version;       // empty when equal to `version`
  std::string licence;              // as the database writes it; may be empty
  std::string supplier;             // maintainer, vendor or packager; may be empty
  std::string modularity;           // rpm module "name:stream:version:context:arch"; may be empty
  std::vector<Location> locations;  // at least one once in an inventory; sorted

  auto operator<=>(const Package&) const = default;
};

}  // namespace tallyman
