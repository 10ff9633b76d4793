#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/testing/fixtures.h"
#include "catalog/testing/run.h"

namespace tallyman::ecosystems {
extern const Cataloger dpkg;
}

namespace tallyman {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing_support::CatalogRun;
using testing_support::run_cataloger;

CatalogRun read(std::string_view text) {
  return run_cataloger(ecosystems::dpkg, "var/lib/dpkg/status", as_bytes(text));
}

TEST(Dpkg, ListsWhatIsOnTheDisk) {
  Bytes status = testing_support::fixture_bytes(ecosystems::dpkg, "debian/var/lib/dpkg/status");
  CatalogRun run = read(as_text(status));
  EXPECT_THAT(run.names(),
              ElementsAre("kettle 1.4-1+b2", "libkettle1 1:1.4-1", "libkettle1 1:1.4-1", "half 0.5",
                          "unpacked 0.6", "lower-case-names 0.7"));
  EXPECT_THAT(run.problems, IsEmpty());
}

TEST(Dpkg, ReadsEveryField) {
  CatalogRun run = read(
      "Package: a\nVersion: 1:2-3\nArchitecture: amd64\nSource: b (4-5)\nMaintainer: M <m@x>\n"
      "Status: install ok installed\n");
  ASSERT_THAT(run.file.packages, SizeIs(1));
  const Package& package = run.file.packages[0];
  EXPECT_EQ(package.type, "deb");
  EXPECT_EQ(package.architecture, "amd64");
  EXPECT_EQ(package.source_name, "b");
  EXPECT_EQ(package.source_version, "4-5");
  EXPECT_EQ(package.supplier, "M <m@x>");
}

TEST(Dpkg, ASourceThatIsThePackageItselfIsNotRepeated) {
  CatalogRun run = read(
      "Package: a\nVersion: 1\nSource: a (1)\n\nPackage: b\nVersion: 2\nSource: a\n\n"
      "Package: c\nVersion: 3\nSource: c (2)\n");
  ASSERT_THAT(run.file.packages, SizeIs(3));
  EXPECT_EQ(run.file.packages[0].source_name, "");
  EXPECT_EQ(run.file.packages[0].source_version, "");
  EXPECT_EQ(run.file.packages[1].source_name, "a");
  EXPECT_EQ(run.file.packages[1].source_version, "");
  EXPECT_EQ(run.file.packages[2].source_name, "");
  EXPECT_EQ(run.file.packages[2].source_version, "2");
}

TEST(Dpkg, DropsOnlyTheStatesThatLeaveNoProgram) {
  auto kept = [](std::string_view status) {
    std::string text = "Package: a\nVersion: 1\nStatus: " + std::string(status) + "\n";
    return read(text).file.packages.size() == 1;
  };
  for (std::string_view state : {"installed", "half-installed", "half-configured", "unpacked",
                                 "triggers-awaited", "triggers-pending"}) {
    EXPECT_TRUE(kept("deinstall ok " + std::string(state))) << state;
  }
  EXPECT_FALSE(kept("deinstall ok config-files"));
  EXPECT_FALSE(kept("install ok not-installed"));
  EXPECT_TRUE(kept("rubbish"));
}

TEST(Dpkg, AStanzaWithoutNameOrVersionIsAProblemAndTheRestStands) {
  CatalogRun run =
      read("Package: a\nVersion: 1\n\nPackage: b\n\nVersion: 2\n\nPackage: c\nVersion: 3\n");
  EXPECT_THAT(run.names(), ElementsAre("a 1", "c 3"));
  ASSERT_THAT(run.problems, SizeIs(2));
  EXPECT_THAT(run.problems[0].message, HasSubstr("byte 23"));
  EXPECT_THAT(run.problems[0].message, HasSubstr("without Version"));
  EXPECT_THAT(run.problems[1].message, HasSubstr("without Package"));
  EXPECT_TRUE(run.incomplete());
}

TEST(Dpkg, ABadLineDoesNotCostThePackage) {
  CatalogRun run = read("Package: a\nrubbish\nVersion: 1\n");
  EXPECT_THAT(run.names(), ElementsAre("a 1"));
  ASSERT_THAT(run.problems, SizeIs(1));
  EXPECT_FALSE(run.incomplete());
}

TEST(Dpkg, TwoPackagesInOneStanzaAreSaid) {
  CatalogRun run =
      read("Package: a\nVersion: 1\nPackage: b\nVersion: 2\n\nPackage: c\nVersion: 3\n");
  EXPECT_THAT(run.names(), ElementsAre("a 1", "c 3"));
  ASSERT_THAT(run.problems, SizeIs(1));
  EXPECT_THAT(run.problems[0].message, HasSubstr("byte 0"));
  EXPECT_TRUE(run.incomplete());
}

TEST(Dpkg, AnOversizedStanzaIsSaid) {
  std::string text = "Package: a\nVersion: 1\nDescription: " + std::string(2 << 20, 'x') + "\n";
  CatalogRun run = read(text + "\nPackage: b\nVersion: 1\n");
  EXPECT_THAT(run.names(), ElementsAre("a 1", "b 1"));
  ASSERT_THAT(run.problems, SizeIs(1));
  EXPECT_EQ(run.problems[0].code, "catalog.limit");
}

TEST(Dpkg, ReadsDistrolessFilesButNotTheirChecksums) {
  Dispatcher dispatcher(std::array{&ecosystems::dpkg});
  EXPECT_TRUE(dispatcher.wanted("var/lib/dpkg/status.d/base"));
  EXPECT_FALSE(dispatcher.wanted("var/lib/dpkg/status.d/base.md5sums"));
  EXPECT_FALSE(dispatcher.wanted("var/lib/dpkg/status-old"));
}

}  // namespace
}  // namespace tallyman
