#include "model/version_scheme.h"

namespace tallyman {

const VersionScheme* find_version_scheme(std::string_view id) {
  if (id == "dpkg") id = "deb";
  for (const VersionScheme* scheme : version::all()) {
    if (scheme->id == id) return scheme;
  }
  return nullptr;
}

}  // namespace tallyman
