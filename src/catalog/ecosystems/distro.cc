// Which distribution an image is: os-release(5), and the one-line files that came before it.

#include <array>
#include <map>
#include <optional>

#include "base/text.h"
#include "catalog/cataloger.h"
#include "parse/assignments.h"

namespace tallyman::ecosystems {
namespace {

using Values = std::map<std::string, std::string, std::less<>>;
using Kind = PathPattern::Kind;

constexpr std::array kPatterns = {
    PathPattern{Kind::exact, "etc/os-release"},
    PathPattern{Kind::exact, "usr/lib/os-release"},
    PathPattern{Kind::exact, "etc/lsb-release"},
    PathPattern{Kind::exact, "etc/alpine-release"},
    PathPattern{Kind::exact, "etc/debian_version"},
    PathPattern{Kind::exact, "etc/rocky-release"},
    PathPattern{Kind::exact, "etc/almalinux-release"},
    PathPattern{Kind::exact, "etc/oracle-release"},
    PathPattern{Kind::exact, "etc/fedora-release"},
    PathPattern{Kind::exact, "etc/centos-release"},
    PathPattern{Kind::exact, "etc/redhat-release"},
    PathPattern{Kind::exact, "etc/system-release"},
};
constexpr std::uint64_t kMaxSize = 256 << 10;

// How "<product> release <version>" names products, and the id each has in its os-release.
struct Product {
  std::string_view begins;
  std::string_view id;
};
constexpr std::array kProducts = {
    Product{"Red Hat", "rhel"},
    Product{"CentOS", "centos"},
    Product{"Rocky", "rocky"},
    Product{"AlmaLinux", "almalinux"},
    Product{"Oracle", "ol"},
    Product{"Enterprise Linux", "ol"},
    Product{"Fedora", "fedora"},
    Product{"Amazon", "amzn"},
    Product{"Scientific", "scientific"},
    Product{"CloudLinux", "cloudlinux"},
};

std::string value_of(const Values& values, std::string_view name) {
  auto found = values.find(name);
  return found == values.end() ? std::string() : found->second;
}

std::optional<Distro> from_os_release(std::string_view text) {
  Values values = parse_assignments(text);
  if (values.empty()) return std::nullopt;
  Distro distro;
  distro.id = to_lower(value_of(values, "ID"));
  if (distro.id.empty()) distro.id = "linux";  // the default that os-release(5) prescribes
  distro.id_like = value_of(values, "ID_LIKE");
  distro.version_id = value_of(values, "VERSION_ID");
  distro.version_codename = value_of(values, "VERSION_CODENAME");
  distro.pretty_name = value_of(values, "PRETTY_NAME");
  return distro;
}

std::optional<Distro> from_lsb_release(std::string_view text) {
  Values values = parse_assignments(text);
  Distro distro;
  distro.id = to_lower(value_of(values, "DISTRIB_ID"));
  if (distro.id.empty()) return std::nullopt;
  distro.version_id = value_of(values, "DISTRIB_RELEASE");
  distro.version_codename = value_of(values, "DISTRIB_CODENAME");
  distro.pretty_name = value_of(values, "DISTRIB_DESCRIPTION");
  return distro;
}

std::optional<Distro> from_alpine_release(std::string_view line) {
  if (line.empty() || !is_digit(line[0])) return std::nullopt;
  Distro distro;
  distro.id = "alpine";
  distro.version_id = line;
  distro.pretty_name = "Alpine Linux v" + distro.version_id;
  return distro;
}

// "12.4" on a release, "trixie/sid" before one.
std::optional<Distro> from_debian_version(std::string_view line) {
  if (line.empty()) return std::nullopt;
  Distro distro;
  distro.id = "debian";
  if (is_digit(line[0])) {
    distro.version_id = cut(line, '.').before;
  } else {
    distro.version_codename = cut(line, '/').before;
  }
  distro.pretty_name = "Debian GNU/Linux " + std::string(line);
  return distro;
}

// "CentOS Linux release 7.6.1810 (Core)".
std::optional<Distro> from_release_line(std::string_view line) {
  constexpr std::string_view kRelease = " release ";
  std::size_t at = line.find(kRelease);
  if (at == std::string_view::npos) return std::nullopt;
  for (const Product& product : kProducts) {
    if (!line.starts_with(product.begins)) continue;
    Distro distro;
    distro.id = product.id;
    distro.version_id = cut(trim(line.substr(at + kRelease.size())), ' ').before;
    distro.pretty_name = line;
    return distro;
  }
  return std::nullopt;
}

std::optional<Distro> read(std::string_view path, std::string_view text) {
  std::string_view first_line = trim(cut(trim(text), '\n').before);
  if (path.ends_with("/os-release")) return from_os_release(text);
  if (path.ends_with("/lsb-release")) return from_lsb_release(text);
  if (path.ends_with("/alpine-release")) return from_alpine_release(first_line);
  if (path.ends_with("/debian_version")) return from_debian_version(first_line);
  return from_release_line(first_line);
}

Result<void> parse(const CatalogInput& input, CatalogSink& sink) {
  if (std::optional<Distro> found = read(input.path, as_text(input.bytes))) {
    sink.set_distro(std::move(*found));
  } else {
    // Nothing is lost by this alone: without any release file the image is not assessed anyway.
    sink.problem("catalog.malformed", "this file does not say which distribution it is", false);
  }
  return {};
}

}  // namespace

extern const Cataloger distro{
    .id = "distro", .version = 1, .patterns = kPatterns, .max_size = kMaxSize, .parse = parse};

}  // namespace tallyman::ecosystems
