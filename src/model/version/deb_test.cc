#include <gtest/gtest.h>

#include "model/testing/tables.h"
#include "support/shared.h"

namespace tallyman {
namespace {

using testing_support::expect_rows;

const std::vector<std::string_view> kPieces = {"0", "00", "1", "9", "10", "a", "B",       "z",
                                               "~", "+",  ".", "-", ":",  "",  "\xC3\xA9"};

TEST(DebVersion, Order) {
  expect_rows("deb", {{"1.0", "=", "1.0"},
                      {"1.0", "<", "1.1"},
                      {"1.9", "<", "1.10"},
                      {"1.0~rc1", "<", "1.0"},
                      {"1.0~~", "<", "1.0~"},
                      {"1.0", "<", "1.0a"},
                      {"1.0a", "<", "1.0+"},
                      {"1.0-1", "<", "1.0-1+deb12u1"},
                      {"1.0-1~deb12u1", "<", "1.0-1"},
                      {"1.0-9", "<", "1.0-10"},
                      {"9.9-9", "<", "1:0.1-1"},
                      {"1:1", "<", "2:0"},
                      {"1.0-1-1", "<", "1.0-1-2"}});
}

TEST(DebVersion, EqualThoughWrittenDifferently) {
  expect_rows("deb", {{"1.0", "=", "0:1.0"},
                      {"01:1", "=", "1:1"},
                      {"1.0", "=", "1.0-0"},
                      {"1.0-", "=", "1.0"},
                      {"1.001", "=", "1.1"},
                      {"1a", "=", "1a0"},
                      {"", "=", "0"}});
}

TEST(DebVersion, OtherTextsHaveTheirPlaceToo) {
  expect_rows("deb", {{"1", "<", "a:1"},
                      {":1", "=", ":01"},
                      {"1:2:3", "<", "1:2:4"},
                      {std::string_view("1\0a", 3), "<", std::string_view("1\0b", 3)},
                      {"1.0", "<", "1.0\xFF"}});
}

TEST(DebVersion, NumbersOfAnyLength) {
  expect_rows("deb", {{"18446744073709551615", "<", "18446744073709551616"},
                      {"99999999999999999999999:1", "<", "100000000000000000000000:1"}});
}

TEST(DebVersion, IsATotalOrder) { testing_support::expect_total_order("deb", kPieces); }

TEST(DebVersion, TakesLinearTime) {
  testing_support::expect_linear("deb", {"0", "9", "a", "~", "-", "1a", ":", "1:"});
}

TEST(DebVersion, SharedVectors) {
  REQUIRE_SHARED(table, "data/fixtures/versions/deb.tsv");
  testing_support::expect_table(table, 7000);
}

}  // namespace
}  // namespace tallyman
