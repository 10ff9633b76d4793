#include <gtest/gtest.h>

#include "model/testing/tables.h"
#include "support/shared.h"

namespace tallyman {
namespace {

using testing_support::expect_rows;

const std::vector<std::string_view> kPieces = {"0",  "01", "1",      "9",  "10", "a",    "A",
                                               ".",  "-r", "_alpha", "_p", "~",  "_rc",  "_hg",
                                               "_x", "-",  "~af",    "00", ".0", ".001", "\xFF"};

TEST(ApkVersion, Order) {
  expect_rows("apk", {{"1.0", "=", "1.0"},
                      {"1.0", "<", "1.1"},
                      {"1.9", "<", "1.10"},
                      {"1.0", "<", "1.0.0"},
                      {"1.0", "<", "1.0a"},
                      {"1.0a", "<", "1.0b"},
                      {"1.0a", "<", "1.0.1"},
                      {"1.0-r1", "<", "1.0-r10"},
                      {"1.0", "<", "1.0-r0"},
                      {"1.0-r9", "<", "1.0.1-r0"}});
}

TEST(ApkVersion, Suffixes) {
  std::vector<std::string> ascending = {"1_alpha", "1_alpha1", "1_alpha2", "1_beta", "1_pre",
                                        "1_rc",    "1_rc2",    "1",        "1-r1",   "1_cvs",
                                        "1_svn",   "1_git",    "1_hg",     "1_p",    "1_p1"};
  for (std::size_t i = 1; i < ascending.size(); ++i) {
    expect_rows("apk", {{ascending[i - 1], "<", ascending[i]}});
  }
  expect_rows("apk", {{"1_alpha_pre1", "<", "1_alpha"}, {"1_p1_rc1", "<", "1_p1"}});
}

TEST(ApkVersion, LeadingZerosAreFractions) {
  expect_rows("apk", {{"1.01", "<", "1.1"},
                      {"1.001", "<", "1.01"},
                      {"1.09", "<", "1.1"},
                      {"1.0", "<", "1.00"},
                      {"01", "=", "1"},
                      {"1-r01", "=", "1-r1"}});
}

TEST(ApkVersion, CommitHashes) {
  expect_rows("apk", {{"1~12ab", "<", "1~12ac"},
                      {"1", "<", "1~12ab"},
                      {"1~12ab-r0", "<", "1~12ab-r1"},
                      {"1_git2~ab", "<", "1_git3~aa"}});
}

TEST(ApkVersion, OtherTextsHaveTheirPlaceToo) {
  expect_rows("apk", {{"", "<", "0"},
                      {"", "<", "a"},
                      {"a", "<", "b"},
                      {"b", "<", "1"},
                      {"1.", "<", "1"},
                      {"1-1", "<", "1"},
                      {"1_x", "<", "1"},
                      {"1-r", "<", "1-r0"},
                      {"1-r1-r1", "<", "1-r1-r2"},
                      {"1A", "<", "1a"},
                      {"1a2", "<", "1a10"},
                      {"1~", "<", "1~a"}});
}

TEST(ApkVersion, NumbersOfAnyLength) {
  expect_rows("apk", {{"18446744073709551615", "<", "18446744073709551616"},
                      {"1-r99999999999999999999999", "<", "1-r100000000000000000000000"}});
}

TEST(ApkVersion, IsATotalOrder) { testing_support::expect_total_order("apk", kPieces); }

TEST(ApkVersion, TakesLinearTime) {
  testing_support::expect_linear("apk", {"0", "9", "1.", "a", "1_p", "_", "-r", "1a"});
}

TEST(ApkVersion, SharedVectors) {
  REQUIRE_SHARED(table, "data/fixtures/versions/apk.tsv");
  testing_support::expect_table(table, 7000);
}

}  // namespace
}  // namespace tallyman
