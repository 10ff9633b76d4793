#include "scan/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <system_error>

namespace tallyman {
namespace {

// PATH, PATH:TAG or PATH@DIGEST. Both paths and tags may hold colons: the shortest prefix that
// exists is the path, so that a tag "app:1.0" works and so does a folder with a colon in it.
OciLayoutName split_layout(std::string_view text) {
  std::error_code ignored;
  std::size_t cut = text.size();
  for (std::size_t i = text.find_first_of(":@"); i != std::string_view::npos && cut == text.size();
       i = text.find_first_of(":@", i + 1)) {
    if (std::filesystem::is_directory(text.substr(0, i), ignored)) cut = i;
  }
  // Nothing there: cut where a tag would most likely begin, for the error to name the path.
  if (cut == text.size() && !std::filesystem::exists(text, ignored)) {
    cut = std::min(text.find_first_of(":@"), text.size());
  }
  std::string_view rest = text.substr(cut);
  if (!rest.empty()) rest.remove_prefix(1);
  return {std::filesystem::path(text.substr(0, cut)), std::string(rest)};
}

// "docker:8080/x" is a host and its port, not a scheme.
bool is_port(std::string_view text) {
  std::size_t digits = text.find_first_not_of("0123456789");
  return digits != std::string_view::npos && digits > 0 && text[digits] == '/';
}

// Schemes that users of other scanners know and that we do not read (yet).
constexpr std::array<std::string_view, 9> kOtherSchemes = {
    "docker:", "podman:", "docker-archive:", "oci-archive:", "containerd:",
    "sbom:",   "purl:",   "file:",           "singularity:"};

}  // namespace

Result<SourceName> parse_source(std::string_view text) {
  auto after = [&](std::string_view scheme) { return text.substr(scheme.size()); };
  if (text.starts_with("oci-dir:")) return split_layout(after("oci-dir:"));
  if (text.starts_with("dir:")) return DirectoryName{after("dir:")};
  for (std::string_view scheme : kOtherSchemes) {
    if (text.starts_with(scheme) && !is_port(after(scheme))) {
      return fail(ErrorKind::unsupported, "source.unknown_scheme",
                  fmt::format("sources of kind \"{}\" cannot be read", scheme),
                  "use registry:NAME, oci-dir:PATH or dir:PATH");
    }
  }
  if (text.starts_with("/") || text.starts_with("./") || text.starts_with("../")) {
    return fail(ErrorKind::invalid, "source.path",
                fmt::format("{} is a path, and what it holds is not clear", text),
                "write dir:PATH for a root file system, or oci-dir:PATH for an OCI image layout");
  }
  if (text.starts_with("registry:")) text = after("registry:");
  return RegistrySourceName{TRY(Reference::parse(text))};
}

}  // namespace tallyman
