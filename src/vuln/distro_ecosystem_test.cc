#include "vuln/distro_ecosystem.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "vuln/match.h"
#include "vuln/testing/feed_builder.h"

namespace tallyman {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing_support::BuiltIndex;
using testing_support::simple_document;

Distro distro(std::string id, std::string version, std::string codename = "") {
  Distro result;
  result.id = std::move(id);
  result.version_id = std::move(version);
  result.version_codename = std::move(codename);
  return result;
}

TEST(DistroEcosystem, NamesTheEcosystemOfARelease) {
  struct Row {
    Distro distro;
    std::string ecosystem;
  };
  const std::vector<Row> rows = {
      {distro("debian", "12"), "Debian:12"},
      {distro("debian", "", "trixie"), "Debian:13"},
      {distro("debian", ""), "Debian:sid"},
      {distro("ubuntu", "22.04"), "Ubuntu:22.04:LTS"},
      {distro("ubuntu", "24.10"), "Ubuntu:24.10"},
      {distro("ubuntu", "23.04"), "Ubuntu:23.04"},
      {distro("alpine", "3.19.1"), "Alpine:v3.19"},
      {distro("alpine", "3.22_alpha20250108"), "Alpine:edge"},
      {distro("wolfi", "20230201"), "Wolfi"},
      {distro("chainguard", "20230214"), "Chainguard"},
      {distro("almalinux", "9.4"), "AlmaLinux:9"},
      {distro("rocky", "8.9"), "Rocky Linux:8"},
      {distro("rhel", "8.10"), "Red Hat:enterprise_linux:8"},
      {distro("centos", "7"), "Red Hat:enterprise_linux:7"},
      {distro("gentoo", "2"), ""},
      {distro("", ""), ""},
  };
  for (const Row& row : rows) EXPECT_EQ(ecosystem_of(row.distro), row.ecosystem);
}

TEST(DistroEcosystem, FindsWhatTheIndexCalls) {
  BuiltIndex index({
      simple_document("A-1", "Ubuntu:22.04:LTS", "p", "1"),
      simple_document("A-2", "Ubuntu:Pro:22.04:LTS", "p", "1"),
      simple_document("A-3", "Ubuntu:24.04", "p", "1"),
      simple_document("A-4", "Red Hat:enterprise_linux:8::appstream", "p", "1"),
      simple_document("A-5", "Red Hat:enterprise_linux:8::baseos", "p", "1"),
      simple_document("A-6", "Red Hat:enterprise_linux:80", "p", "1"),
      simple_document("A-7", "Red Hat:rhel_eus:8.8::baseos", "p", "1"),
      simple_document("A-8", "Debian:1", "p", "1"),
  });
  EXPECT_THAT(covered_ecosystems(distro("ubuntu", "22.04"), *index),
              ElementsAre("Ubuntu:22.04:LTS"));
  EXPECT_THAT(covered_ecosystems(distro("ubuntu", "24.04"), *index), ElementsAre("Ubuntu:24.04"));
  EXPECT_THAT(
      covered_ecosystems(distro("rhel", "8.9"), *index),
      ElementsAre("Red Hat:enterprise_linux:8::appstream", "Red Hat:enterprise_linux:8::baseos"));
  EXPECT_THAT(covered_ecosystems(distro("debian", "12"), *index), IsEmpty());
  EXPECT_THAT(covered_ecosystems(distro("gentoo", "2"), *index), IsEmpty());
}

TEST(DistroEcosystem, KnowsTheVersionScheme) {
  EXPECT_EQ(version_scheme_of("Debian:12"), "deb");
  EXPECT_EQ(version_scheme_of("Wolfi"), "apk");
  EXPECT_EQ(version_scheme_of("Red Hat:enterprise_linux:8::appstream"), "rpm");
  EXPECT_EQ(version_scheme_of("npm"), "");
}

}  // namespace
}  // namespace tallyman
