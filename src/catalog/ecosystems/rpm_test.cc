#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/testing/fixtures.h"
#include "catalog/testing/run.h"
#include "parse/testing/rpm_writer.h"

namespace tallyman::ecosystems {
extern const Cataloger rpm;
}

namespace tallyman {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing_support::CatalogRun;
using testing_support::fixtures_of;
using testing_support::RpmHeaderWriter;
using testing_support::run_cataloger;
using testing_support::write_ndb;

CatalogRun read_ndb(const std::vector<Bytes>& headers) {
  return run_cataloger(ecosystems::rpm, "usr/lib/sysimage/rpm/Packages.db", write_ndb(headers));
}

RpmHeaderWriter named(std::string_view name, std::string_view version, std::string_view release) {
  return RpmHeaderWriter().text(1000, name).text(1001, version).text(1002, release);
}

TEST(Rpm, EveryFormOfADatabaseGivesTheSamePackages) {
  auto fixtures = fixtures_of(ecosystems::rpm);
  ASSERT_THAT(fixtures, SizeIs(4));
  for (const auto& fixture : fixtures) {
    CatalogRun run = run_cataloger(ecosystems::rpm, fixture.path, fixture.bytes);
    std::sort(run.file.packages.begin(), run.file.packages.end());
    EXPECT_THAT(run.names(), ElementsAre("gpg-pubkey 89735b71-6b05adf2", "kettle 2:1.4.0-3.tl9",
                                         "kettle-libs 2:1.4.0-3.tl9", "teapot 0.9~rc1-1"))
        << fixture.name;
    EXPECT_THAT(run.problems, IsEmpty()) << fixture.name;
    const Package& key = run.file.packages[0];
    EXPECT_EQ(key.architecture, "") << fixture.name;
    const Package& libs = run.file.packages[2];
    EXPECT_EQ(libs.type, "rpm");
    EXPECT_EQ(libs.architecture, "x86_64");
    EXPECT_EQ(libs.source_name, "kettle");
    EXPECT_EQ(libs.source_version, "") << "equal but for the epoch, which source names lack";
    EXPECT_EQ(libs.licence, "MIT AND Apache-2.0");
    EXPECT_EQ(libs.supplier, "Tallyman Test");
  }
}

TEST(Rpm, ASourceOfAnotherVersionIsKept) {
  CatalogRun run = read_ndb({named("a", "1", "2").text(1044, "b-3-4.src.rpm").bytes(),
                             named("c", "1", "2").text(1044, "c-1-2.src.rpm").bytes(),
                             named("d", "1", "2").text(5096, "m:1:2:3:x").bytes()});
  ASSERT_THAT(run.file.packages, SizeIs(3));
  EXPECT_EQ(run.file.packages[0].source_name, "b");
  EXPECT_EQ(run.file.packages[0].source_version, "3-4");
  EXPECT_EQ(run.file.packages[1].source_name, "");
  EXPECT_EQ(run.file.packages[1].source_version, "");
  EXPECT_EQ(run.file.packages[2].source_version, "");
  EXPECT_EQ(run.file.packages[2].modularity, "m:1:2:3:x");
}

TEST(Rpm, OneBadHeaderIsAProblemAndTheRestStands) {
  CatalogRun run = read_ndb(
      {named("a", "1", "1").bytes(), RpmHeaderWriter().bytes(), named("c", "1", "1").bytes()});
  EXPECT_THAT(run.names(), ElementsAre("a 1-1", "c 1-1"));
  ASSERT_THAT(run.problems, SizeIs(1));
  EXPECT_EQ(run.problems[0].code, "rpm.header_malformed");
  EXPECT_TRUE(run.incomplete());
}

TEST(Rpm, AFileThatIsNoDatabaseIsAProblem) {
  for (std::string_view name : {"rpmdb.sqlite", "Packages.db", "Packages"}) {
    CatalogRun run =
        run_cataloger(ecosystems::rpm, "var/lib/rpm/" + std::string(name), as_bytes("rubbish"));
    EXPECT_THAT(run.problems, SizeIs(1)) << name;
    EXPECT_TRUE(run.incomplete()) << name;
  }
}

TEST(Rpm, ALogWithSomethingInItIsAProblem) {
  constexpr std::string_view kLog = "var/lib/rpm/rpmdb.sqlite-wal";
  EXPECT_THAT(run_cataloger(ecosystems::rpm, kLog, {}).problems, IsEmpty());
  EXPECT_TRUE(run_cataloger(ecosystems::rpm, kLog, as_bytes("frames")).incomplete());
}

}  // namespace
}  // namespace tallyman
