#include <gtest/gtest.h>

#include "catalog/testing/fixtures.h"
#include "catalog/testing/run.h"

namespace tallyman::ecosystems {
extern const Cataloger distro;
}

namespace tallyman {
namespace {

using testing_support::fixture_bytes;
using testing_support::run_cataloger;

std::string read(std::string_view path, std::string_view text) {
  auto run = run_cataloger(ecosystems::distro, path, as_bytes(text));
  EXPECT_FALSE(run.incomplete());
  EXPECT_EQ(run.file.distro.has_value(), run.problems.empty());
  if (!run.file.distro) return "nothing";
  return run.file.distro->id + " " + run.file.distro->version_id;
}

TEST(Distro, ReadsEveryFieldOfOsRelease) {
  auto run = run_cataloger(ecosystems::distro, "etc/os-release",
                           fixture_bytes(ecosystems::distro, "quoting/etc/os-release"));
  ASSERT_TRUE(run.file.distro);
  EXPECT_EQ(run.file.distro->id, "tea");
  EXPECT_EQ(run.file.distro->id_like, R"(rhel "fedora" $HOME \ `date`)");
  EXPECT_EQ(run.file.distro->version_id, "9.4");
  EXPECT_EQ(run.file.distro->version_codename, "new");
  EXPECT_EQ(run.file.distro->pretty_name, "Tea Linux 9");
}

TEST(Distro, AnOsReleaseWithoutIdIsLinux) {
  EXPECT_EQ(read("usr/lib/os-release", "NAME=x\n"), "linux ");
}

TEST(Distro, ReadsTheOlderFiles) {
  EXPECT_EQ(read("etc/alpine-release", "3.18.4\n"), "alpine 3.18.4");
  EXPECT_EQ(read("etc/debian_version", "12.4\n"), "debian 12");
  EXPECT_EQ(read("etc/debian_version", "trixie/sid\n"), "debian ");
  EXPECT_EQ(read("etc/lsb-release", "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=14.04\n"), "ubuntu 14.04");
  EXPECT_EQ(read("etc/centos-release", "CentOS release 6.7 (Final)\n"), "centos 6.7");
  EXPECT_EQ(read("etc/redhat-release", "Red Hat Enterprise Linux Server release 6.10 (Santiago)\n"),
            "rhel 6.10");
  EXPECT_EQ(read("etc/rocky-release", "Rocky Linux release 8.4 (Green Obsidian)\n"), "rocky 8.4");
  EXPECT_EQ(read("etc/almalinux-release", "AlmaLinux release 9.3 (Shamrock)\n"), "almalinux 9.3");
  EXPECT_EQ(read("etc/oracle-release", "Oracle Linux Server release 8.3\n"), "ol 8.3");
  EXPECT_EQ(read("etc/fedora-release", "Fedora release 36 (Thirty Six)\n"), "fedora 36");
  EXPECT_EQ(read("etc/system-release", "Amazon Linux release 2 (Karoo)\n"), "amzn 2");
}

TEST(Distro, ACodenameStandsForAnUnreleasedDebian) {
  auto run = run_cataloger(ecosystems::distro, "etc/debian_version", as_bytes("trixie/sid\n"));
  EXPECT_EQ(run.file.distro->version_codename, "trixie");
}

TEST(Distro, SaysWhenAFileTellsNothing) {
  for (std::string_view path : {"etc/os-release", "etc/lsb-release", "etc/alpine-release",
                                "etc/debian_version", "etc/redhat-release"}) {
    EXPECT_EQ(read(path, ""), "nothing") << path;
    EXPECT_EQ(read(path, " \n \n"), "nothing") << path;
  }
  EXPECT_EQ(read("etc/redhat-release", "Unheard-of Linux release 1\n"), "nothing");
  EXPECT_EQ(read("etc/redhat-release", "CentOS Linux 7\n"), "nothing");
}

}  // namespace
}  // namespace tallyman
