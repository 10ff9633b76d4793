#include "model/purl.h"

#include <map>
#include <string_view>

#include "base/text.h"

namespace tallyman {
namespace {

// A package version with the epoch apart. Only digits before a colon are an epoch.
struct EpochVersion {
  std::string_view epoch;
  std::string_view version;
};

EpochVersion split_epoch(std::string_view text) {
  Cut parts = cut(text, ':');
  if (!parts.found || !parse_u64(parts.before)) return {{}, text};
  return {parts.before, parts.after};
}

// What the package was built from; empty when that is the package itself.
std::string upstream(const Package& package) {
  bool other_name = !package.source_name.empty() && package.source_name != package.name;
  bool other_version = !package.source_version.empty() && package.source_version != package.version;
  if (!other_name && !other_version) return {};
  const std::string& name = other_name ? package.source_name : package.name;
  if (package.type == "rpm") {
    // rpm names a source by its file, which has no epoch.
    const std::string& version = other_version ? package.source_version : package.version;
    return name + "-" + std::string(split_epoch(version).version) + ".src.rpm";
  }
  return other_version ? name + "@" + package.source_version : name;
}

std::string vendor(const Distro& distro) {
  return distro.id == "rhel" ? "redhat" : to_lower(distro.id);
}

std::string release(const Distro& distro) {
  if (distro.id.empty() || distro.version_id.empty()) return distro.id;
  return distro.id + "-" + distro.version_id;
}

}  // namespace

std::string purl_encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kBare = ".-_~";
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    if (is_alnum(c) || kBare.find(c) != std::string_view::npos) {
      out += c;
    } else {
      auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

std::string package_url(const Package& package, const Distro& distro) {
  bool is_rpm = package.type == "rpm";
  EpochVersion parts = is_rpm ? split_epoch(package.version) : EpochVersion{{}, package.version};

  std::string url = "pkg:" + purl_encode(package.type) + "/";
  if (!distro.id.empty()) url += purl_encode(vendor(distro)) + "/";
  url += purl_encode(is_rpm ? package.name : to_lower(package.name));
  if (!parts.version.empty()) url += "@" + purl_encode(parts.version);

  std::map<std::string_view, std::string> qualifiers = {
      {"arch", package.architecture},
      {"distro", release(distro)},
      {"epoch", parts.epoch == "0" ? std::string() : std::string(parts.epoch)},
      {"upstream", upstream(package)},
  };
  char separator = '?';
  for (const auto& [key, value] : qualifiers) {
    if (value.empty()) continue;
    url += separator + std::string(key) + "=" + purl_encode(value);
    separator = '&';
  }
  return url;
}

}  // namespace tallyman
