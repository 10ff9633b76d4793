#include "catalog/precedence.h"

#include <gtest/gtest.h>

#include <array>

namespace tallyman {
namespace {

TEST(Precedence, OfDistroFiles) {
  constexpr std::array<std::string_view, 8> kOrder = {
      "etc/os-release",     "usr/lib/os-release", "etc/static/os-release", "etc/lsb-release",
      "etc/alpine-release", "etc/oracle-release", "etc/redhat-release",    "etc/debian_version"};
  for (std::size_t i = 1; i < kOrder.size(); ++i) {
    EXPECT_LT(distro_precedence(kOrder[i - 1]), distro_precedence(kOrder[i])) << kOrder[i];
  }
  EXPECT_GT(distro_precedence("etc/unknown"), distro_precedence("etc/debian_version"));
}

TEST(Precedence, OfRpmDatabases) {
  EXPECT_LT(rpm_database_precedence("var/lib/rpm/rpmdb.sqlite"),
            rpm_database_precedence("var/lib/rpm/Packages.db"));
  EXPECT_LT(rpm_database_precedence("var/lib/rpm/Packages.db"),
            rpm_database_precedence("var/lib/rpm/Packages"));
  // What it holds counts, so it must not be taken for a leftover.
  EXPECT_EQ(rpm_database_precedence("var/lib/rpm/rpmdb.sqlite-wal"),
            rpm_database_precedence("var/lib/rpm/rpmdb.sqlite"));
}

}  // namespace
}  // namespace tallyman
