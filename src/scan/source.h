#pragma once
// What the user typed after `tallyman scan`: a scheme and what follows it, as syft writes it.

#include <filesystem>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "model/reference.h"

namespace tallyman {

struct RegistrySourceName {
  Reference reference;
};
struct OciLayoutName {
  std::filesystem::path folder;
  std::string tag;  // or digest; empty: the only image
};
struct DirectoryName {
  std::filesystem::path folder;
};
using SourceName = std::variant<RegistrySourceName, OciLayoutName, DirectoryName>;

// "registry:REF", "REF", "oci-dir:PATH[:TAG|@DIGEST]", "dir:PATH". Errors: invalid
// "source.unknown_scheme" and "source.path" (a bare path: the hint says which scheme to write),
// and those of Reference::parse.
Result<SourceName> parse_source(std::string_view text);

}  // namespace tallyman
