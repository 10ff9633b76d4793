#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/testing/fixtures.h"
#include "catalog/testing/run.h"

namespace tallyman::ecosystems {
extern const Cataloger apk;
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
  return run_cataloger(ecosystems::apk, "lib/apk/db/installed", as_bytes(text));
}

TEST(Apk, ReadsEveryField) {
  Bytes bytes = testing_support::fixture_bytes(ecosystems::apk, "alpine/lib/apk/db/installed");
  CatalogRun run = read(as_text(bytes));
  EXPECT_THAT(run.names(),
              ElementsAre("kettle 1.4.0-r3", "boiler 1.4.0-r3", ".build-deps 20240101.120000"));
  EXPECT_THAT(run.problems, IsEmpty());
  const Package& kettle = run.file.packages[0];
  EXPECT_EQ(kettle.type, "apk");
  EXPECT_EQ(kettle.architecture, "x86_64");
  EXPECT_EQ(kettle.source_name, "boiler");
  EXPECT_EQ(kettle.licence, "MIT AND Apache-2.0");
  EXPECT_EQ(kettle.supplier, "Tea Team <tea@example.com>");
  EXPECT_EQ(run.file.packages[1].source_name, "") << "it is its own origin";
}

TEST(Apk, LetterCaseTellsFieldsApart) {
  CatalogRun run = read("P:a\nV:1\nA:x86_64\nF:usr\na:0:0:755\np:provides\n");
  ASSERT_THAT(run.file.packages, SizeIs(1));
  EXPECT_EQ(run.file.packages[0].architecture, "x86_64");
}

TEST(Apk, ARecordWithoutNameOrVersionIsAProblemAndTheRestStands) {
  CatalogRun run = read("\nP:a\nV:1\n\n\nP:b\n\nV:2\n\nP:c\r\nV:3\r\n");
  EXPECT_THAT(run.names(), ElementsAre("a 1", "c 3"));
  ASSERT_THAT(run.problems, SizeIs(2));
  EXPECT_THAT(run.problems[0].message, HasSubstr("byte 11"));
  EXPECT_THAT(run.problems[0].message, HasSubstr("without a version"));
  EXPECT_THAT(run.problems[1].message, HasSubstr("without a name"));
  EXPECT_TRUE(run.incomplete());
}

TEST(Apk, ABadLineDoesNotCostThePackage) {
  for (std::string_view line : {"rubbish", "x", "1:2", "::", " P:b"}) {
    CatalogRun run = read("P:a\n" + std::string(line) + "\nV:1\n");
    EXPECT_THAT(run.names(), ElementsAre("a 1")) << line;
    EXPECT_THAT(run.problems, SizeIs(1)) << line;
    EXPECT_FALSE(run.incomplete()) << line;
  }
}

TEST(Apk, TwoPackagesInOneRecordAreSaid) {
  CatalogRun run = read("P:a\nV:1\nP:b\nV:2\n\nP:c\nV:3\n");
  EXPECT_THAT(run.names(), ElementsAre("b 2", "c 3"));
  ASSERT_THAT(run.problems, SizeIs(1));
  EXPECT_TRUE(run.incomplete());
}

TEST(Apk, BoundsALine) {
  EXPECT_THAT(read("P:a\nV:1\nL:" + std::string((1 << 20) - 2, 'x')).problems, IsEmpty());
  CatalogRun run = read("P:a\nV:1\nL:" + std::string((1 << 20) - 1, 'x'));
  EXPECT_THAT(run.problems, SizeIs(1));
  EXPECT_EQ(run.file.packages.at(0).licence, "");
}

}  // namespace
}  // namespace tallyman
