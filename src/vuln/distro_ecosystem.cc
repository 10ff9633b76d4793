#include "vuln/distro_ecosystem.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "vuln/match.h"

namespace tallyman {
namespace {

std::string major(const Distro& distro) { return std::string(cut(distro.version_id, '.').before); }

// Testing and unstable have no VERSION_ID before their release.
struct DebianRelease {
  std::string_view codename;
  std::string_view version;
};
constexpr auto kDebianReleases = std::to_array<DebianRelease>({{"jessie", "8"},
                                                               {"stretch", "9"},
                                                               {"buster", "10"},
                                                               {"bullseye", "11"},
                                                               {"bookworm", "12"},
                                                               {"trixie", "13"},
                                                               {"forky", "14"},
                                                               {"duke", "15"}});

std::string debian(const Distro& distro) {
  std::string version = major(distro);
  for (const DebianRelease& release : kDebianReleases) {
    if (version.empty() && release.codename == distro.version_codename) version = release.version;
  }
  return "Debian:" + (version.empty() ? "sid" : version);
}

// Long-term support: April of an even year.
std::string ubuntu(const Distro& distro) {
  Cut version = cut(distro.version_id, '.');
  std::optional<std::uint64_t> year = parse_u64(version.before);
  bool long_term = year && *year % 2 == 0 && version.after.starts_with("04");
  std::string release = distro.version_id.substr(0, version.before.size() + 3);
  return "Ubuntu:" + release + (long_term ? ":LTS" : "");
}

// "3.19.1" is v3.19; "3.20_alpha20240923" is a snapshot of edge.
std::string alpine(const Distro& distro) {
  if (distro.version_id.find("_alpha") != std::string::npos) return "Alpine:edge";
  Cut version = cut(distro.version_id, '.');
  return "Alpine:v" + std::string(version.before) + "." +
         std::string(cut(version.after, '.').before);
}

std::string wolfi(const Distro&) { return "Wolfi"; }
std::string chainguard(const Distro&) { return "Chainguard"; }
std::string almalinux(const Distro& distro) { return "AlmaLinux:" + major(distro); }
std::string rocky(const Distro& distro) { return "Rocky Linux:" + major(distro); }
std::string red_hat(const Distro& distro) { return "Red Hat:enterprise_linux:" + major(distro); }

// CentOS rebuilt Red Hat's packages under the same versions and published no records of its own.
constexpr auto kRules = std::to_array<DistroRule>({
    {"almalinux", "rpm", NameKind::binary, almalinux},
    {"alpine", "apk", NameKind::source_and_binary, alpine},
    {"centos", "rpm", NameKind::binary, red_hat},
    {"chainguard", "apk", NameKind::source_and_binary, chainguard},
    {"debian", "deb", NameKind::source, debian},
    {"rhel", "rpm", NameKind::binary, red_hat},
    {"rocky", "rpm", NameKind::source_and_binary, rocky},
    {"ubuntu", "deb", NameKind::source, ubuntu},
    {"wolfi", "apk", NameKind::source_and_binary, wolfi},
});

struct EcosystemScheme {
  std::string_view family;  // the ecosystem's text before ':'
  std::string_view scheme;
};
constexpr auto kSchemes = std::to_array<EcosystemScheme>({{"AlmaLinux", "rpm"},
                                                          {"Alpine", "apk"},
                                                          {"Chainguard", "apk"},
                                                          {"Debian", "deb"},
                                                          {"Red Hat", "rpm"},
                                                          {"Rocky Linux", "rpm"},
                                                          {"Ubuntu", "deb"},
                                                          {"Wolfi", "apk"}});

// "Red Hat:enterprise_linux:8" also stands for its repositories, "...:8::appstream".
bool belongs(std::string_view ecosystem, std::string_view release) {
  if (!ecosystem.starts_with(release)) return false;
  std::string_view rest = ecosystem.substr(release.size());
  if (rest.empty()) return true;
  return release.starts_with("Ubuntu:") ? rest == ":LTS" : rest.starts_with("::");
}

}  // namespace

const DistroRule* find_distro_rule(const Distro& distro) {
  auto rule = std::ranges::find(kRules, std::string_view(distro.id), &DistroRule::id);
  return rule == kRules.end() ? nullptr : &*rule;
}

std::string ecosystem_of(const Distro& distro) {
  const DistroRule* rule = find_distro_rule(distro);
  return rule == nullptr ? std::string() : rule->ecosystem(distro);
}

std::vector<std::string> covered_ecosystems(const Distro& distro, const VulnerabilityIndex& index) {
  std::string release = ecosystem_of(distro);
  std::vector<std::string> covered;
  if (release.empty()) return covered;
  if (release.ends_with(":LTS")) release.resize(release.size() - 4);
  for (const EcosystemStats& known : index.ecosystems()) {
    if (belongs(known.ecosystem, release)) covered.push_back(known.ecosystem);
  }
  return covered;
}

std::string_view version_scheme_of(std::string_view ecosystem) {
  auto known = std::ranges::find(kSchemes, cut(ecosystem, ':').before, &EcosystemScheme::family);
  return known == kSchemes.end() ? std::string_view() : known->scheme;
}

}  // namespace tallyman
