#include "model/version_check.h"

#include <gtest/gtest.h>

#include "model/version_scheme.h"

namespace tallyman {
namespace {

TEST(VersionScheme, AreFoundByIdAndAlias) {
  for (const VersionScheme* scheme : version::all()) {
    EXPECT_EQ(find_version_scheme(scheme->id), scheme);
    EXPECT_FALSE(scheme->description.empty());
  }
  EXPECT_EQ(find_version_scheme("dpkg"), find_version_scheme("deb"));
  EXPECT_NE(find_version_scheme("dpkg"), nullptr);
  EXPECT_EQ(find_version_scheme("DEB"), nullptr);
  EXPECT_EQ(find_version_scheme(""), nullptr);
}

TEST(CompareVersions, GivesASign) {
  EXPECT_EQ(compare_versions("deb", "1", "2").value(), "<");
  EXPECT_EQ(compare_versions("deb", "1", "1-0").value(), "=");
  EXPECT_EQ(compare_versions("rpm", "2", "1").value(), ">");
}

TEST(CompareVersions, UnknownSchemeListsTheKnown) {
  auto compared = compare_versions("\x1b[1mnone", "1", "2");
  ASSERT_FALSE(compared.has_value());
  EXPECT_EQ(compared.error().code, "version.unknown_scheme");
  EXPECT_EQ(compared.error().context.find('\x1b'), std::string::npos);
  EXPECT_NE(compared.error().hint.find("apk, deb, rpm"), std::string::npos);
}

TEST(CheckVersions, RowsThatHoldAndRowsThatDoNot) {
  VersionCheck check = check_versions(
                           "scheme\ta\top\tb\tsource\n"
                           "deb\t1\t<\t2\tx\n"
                           "deb\t2\t<=\t1\tx\n"
                           "\n"
                           "apk\t1\t=\t1\r\n"
                           "rpm\t1\t>=\t1\tx\ty\n"
                           "dpkg\t1\t>\t1\tx")
                           .value();
  EXPECT_EQ(check.rows, 5U);
  EXPECT_TRUE(check.errors.empty());
  ASSERT_EQ(check.mismatches.size(), 2U);
  EXPECT_EQ(check.mismatches[0].line, 3U);
  EXPECT_EQ(check.mismatches[0].scheme, "deb");
  EXPECT_EQ(check.mismatches[0].a, "2");
  EXPECT_EQ(check.mismatches[0].op, "<=");
  EXPECT_EQ(check.mismatches[0].b, "1");
  EXPECT_EQ(check.mismatches[0].actual, ">");
  EXPECT_EQ(check.mismatches[1].line, 7U);
  EXPECT_EQ(check.mismatches[1].actual, "=");
}

TEST(CheckVersions, EveryOperator) {
  for (std::string row :
       {"1\t<\t2", "1\t<=\t2", "1\t<=\t1", "1\t=\t1", "1\t>=\t1", "2\t>=\t1", "2\t>\t1"}) {
    VersionCheck check = check_versions("scheme\ta\top\tb\ndeb\t" + row + "\n").value();
    EXPECT_EQ(check.rows, 1U) << row;
    EXPECT_TRUE(check.mismatches.empty()) << row;
  }
  for (std::string row : {"1\t>\t2", "1\t>=\t2", "1\t=\t2", "1\t<\t1", "1\t>\t1", "2\t<=\t1"}) {
    EXPECT_EQ(check_versions("scheme\ta\top\tb\ndeb\t" + row + "\n")->mismatches.size(), 1U) << row;
  }
}

TEST(CheckVersions, RowsThatCannotBeJudgedNameTheirLine) {
  VersionCheck check = check_versions(
                           "scheme\ta\top\tb\n"
                           "deb\t1\t<\n"
                           "nix\t1\t<\t2\n"
                           "deb\t1\t==\t2\n"
                           "deb\t1\t\t2\n"
                           "deb\t1\t<\t2\n")
                           .value();
  EXPECT_EQ(check.rows, 1U);
  ASSERT_EQ(check.errors.size(), 4U);
  EXPECT_EQ(check.errors[0].code, "version.malformed_row");
  EXPECT_EQ(check.errors[1].code, "version.unknown_scheme");
  EXPECT_EQ(check.errors[2].code, "version.unknown_operator");
  EXPECT_EQ(check.errors[3].code, "version.unknown_operator");
  EXPECT_TRUE(check.errors[0].context.starts_with("line 2: "));
  EXPECT_TRUE(check.errors[3].context.starts_with("line 5: "));
}

TEST(CheckVersions, NeedsItsHeader) {
  for (std::string_view text :
       {"", "\n", "deb\t1\t<\t2\n", "scheme a op b\n", "scheme\ta\top\tbb\n"}) {
    auto check = check_versions(text);
    ASSERT_FALSE(check.has_value()) << text;
    EXPECT_EQ(check.error().code, "version.no_header");
  }
  EXPECT_EQ(check_versions("scheme\ta\top\tb")->rows, 0U);
  EXPECT_EQ(check_versions("scheme\ta\top\tb\r\n")->rows, 0U);
}

TEST(CheckVersions, IsBounded) {
  std::string header = "scheme\ta\top\tb\n";
  EXPECT_TRUE(check_versions(header + std::string(kVersionTableLines - 1, '\n')).has_value());
  auto lines = check_versions(header + std::string(kVersionTableLines, '\n'));
  ASSERT_FALSE(lines.has_value());
  EXPECT_EQ(lines.error().code, "version.too_large");
  auto bytes = check_versions(header + std::string(kVersionTableBytes, 'x'));
  ASSERT_FALSE(bytes.has_value());
  EXPECT_EQ(bytes.error().kind, ErrorKind::too_large);
}

}  // namespace
}  // namespace tallyman
