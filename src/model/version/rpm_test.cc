#include <gtest/gtest.h>

#include "model/testing/tables.h"
#include "support/shared.h"

namespace tallyman {
namespace {

using testing_support::expect_rows;

const std::vector<std::string_view> kPieces = {"0", "00", "1", "9", "10", "a", "B",       "zz",
                                               "~", "^",  ".", "-", ":",  "_", "\xCE\xB1"};

TEST(RpmVersion, Order) {
  expect_rows("rpm", {{"1.0", "=", "1.0"},
                      {"1.0", "<", "1.0.1"},
                      {"1.9", "<", "1.10"},
                      {"1.0", "<", "1.0a"},
                      {"1.a", "<", "1.0"},
                      {"1.0~rc1", "<", "1.0"},
                      {"1.0~rc1~git1", "<", "1.0~rc1"},
                      {"1.0", "<", "1.0^git1"},
                      {"1.0^git1", "<", "1.0.1"},
                      {"1.0~rc1", "<", "1.0~rc1^git1"},
                      {"1.0-1.el9", "<", "1.0-1.el9_2"},
                      {"1.0-9.el9", "<", "1.0-10.el9"},
                      {"9-9", "<", "1:0-1"}});
}

TEST(RpmVersion, EqualThoughWrittenDifferently) {
  expect_rows("rpm", {{"1.0", "=", "0:1.0"},
                      {":1.0", "=", "1.0"},
                      {"01:1.0", "=", "1:1.0"},
                      {"1.0", "=", "1_0"},
                      {"1.0", "=", "1.00"},
                      {"1.0.", "=", "1.0"},
                      {"1a", "=", "1.a"}});
}

// Equal would not be an order: 1-1 and 1-2 would both equal 1.
TEST(RpmVersion, WithoutReleaseSortsBeforeAnyRelease) {
  expect_rows("rpm",
              {{"1", "<", "1-0"}, {"1", "<", "1-"}, {"1-", "<", "1-1"}, {"1-1", "<", "1.1"}});
}

TEST(RpmVersion, OtherTextsHaveTheirPlaceToo) {
  expect_rows("rpm", {{"", "<", "0"},
                      {"~", "<", ""},
                      {"", "<", "^"},
                      {"a:1", "<", "b:1"},
                      {std::string_view("1\0", 2), "=", "1"}});
}

TEST(RpmVersion, NumbersOfAnyLength) {
  expect_rows("rpm", {{"18446744073709551615", "<", "18446744073709551616"},
                      {"99999999999999999999999:1", "<", "100000000000000000000000:1"}});
}

TEST(RpmVersion, IsATotalOrder) { testing_support::expect_total_order("rpm", kPieces); }

TEST(RpmVersion, TakesLinearTime) {
  testing_support::expect_linear("rpm", {"0", "9", "a", "~", "^", "-", "1a", ":", "1:", "."});
}

TEST(RpmVersion, SharedVectors) {
  REQUIRE_SHARED(table, "data/fixtures/versions/rpm.tsv");
  testing_support::expect_table(table, 100);
}

// A name before the version is no part of a version. Rows whose names are equal hold all the
// same; the one that is left out compares "NAME-0:VERSION" with "NAME-VERSION".
TEST(RpmVersion, SharedVectorsWithNames) {
  REQUIRE_SHARED(table, "data/fixtures/versions/rpm-nevra.tsv");
  std::size_t rows = 0;
  for (const auto& row : testing_support::read_table(table)) {
    if (row[1].find("-0:") != std::string::npos) continue;
    EXPECT_EQ(compare_versions("rpm", row[1], row[3]).value(), row[2]) << row[1] << " " << row[3];
    ++rows;
  }
  EXPECT_EQ(rows, 6U);
}

}  // namespace
}  // namespace tallyman
