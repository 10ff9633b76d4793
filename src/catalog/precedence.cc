#include "catalog/precedence.h"

#include <algorithm>
#include <array>

namespace tallyman {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::array kReleaseFiles = {
    "lsb-release"sv,    "alpine-release"sv, "rocky-release"sv,  "almalinux-release"sv,
    "oracle-release"sv, "fedora-release"sv, "centos-release"sv, "system-release"sv,
    "redhat-release"sv, "debian_version"sv,
};
constexpr std::array kRpmDatabases = {"rpmdb.sqlite"sv, "Packages.db"sv, "Packages"sv};

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

template <std::size_t N>
unsigned position(const std::array<std::string_view, N>& order, std::string_view name) {
  return static_cast<unsigned>(std::find(order.begin(), order.end(), name) - order.begin());
}

}  // namespace

unsigned distro_precedence(std::string_view path) {
  if (path == "etc/os-release") return 0;
  if (path == "usr/lib/os-release") return 1;
  std::string_view name = last_part(path);
  if (name.ends_with("os-release")) return 2;
  return 3 + position(kReleaseFiles, name);
}

unsigned rpm_database_precedence(std::string_view path) {
  constexpr std::string_view kLog = "-wal";
  std::string_view name = last_part(path);
  if (name.ends_with(kLog)) name.remove_suffix(kLog.size());
  return position(kRpmDatabases, name);
}

}  // namespace tallyman
