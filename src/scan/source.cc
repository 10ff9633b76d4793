#include "scan/source.h"

#include <fmt/format.h>

#include <array>
#include <system_error>

namespace tallyman {
namespace {

// PATH:TAG, but a path that exists as it stands has no tag, colons or not.
OciLayoutName split_layout(std::string_view text) {
  std::error_code ignored;
  if (std::filesystem::exists(text, ignored)) return {std::filesystem::path(text), {}};
  std::size_t at = text.rfind('@');
  if (at != std::string_view::npos) {
    return {std::filesystem::path(text.substr(0, at)), std::string(text.substr(at + 1))};
  }
  std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return {std::filesystem::path(text), {}};
  return {std::filesystem::path(text.substr(0, colon)), std::string(text.substr(colon + 1))};
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
