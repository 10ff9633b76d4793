#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "report/testing/samples.h"

namespace tallyman {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using testing_support::expect_golden;
using testing_support::rendered;

TEST(Table, Ordinary) {
  expect_golden("ordinary.table", rendered("table", testing_support::ordinary_report()));
}

TEST(Table, Colors) {
  expect_golden("ordinary-color.table",
                rendered("table", testing_support::ordinary_report(), {.color = true, .width = 0}));
}

TEST(Table, Hostile) {
  expect_golden("hostile.table", rendered("table", testing_support::hostile_report()));
}

TEST(Table, Clean) {
  EXPECT_EQ(rendered("table", testing_support::clean_report()), "No vulnerabilities found\n");
}

TEST(Table, UnassessedSaysSoFirstAndNeverSaysNoneFound) {
  std::string text = rendered("table", testing_support::unassessed_report());
  expect_golden("unassessed.table", text);
  EXPECT_THAT(text, StartsWith("NOT ASSESSED: there is no vulnerability index\n"));
  EXPECT_THAT(text, Not(HasSubstr("No vulnerabilities found")));
  EXPECT_THAT(rendered("table", Report()), StartsWith("NOT ASSESSED: "));

  Report with_findings = testing_support::ordinary_report();
  with_findings.assessment = {false, {"why"}};
  EXPECT_THAT(rendered("table", with_findings), StartsWith("NOT ASSESSED: why\n\nNAME "));
}

TEST(Table, OneOfEach) {
  Report report = testing_support::ordinary_report();
  report.findings.resize(1);
  report.problems.clear();
  EXPECT_THAT(rendered("table", report),
              testing::EndsWith("\n\n1 vulnerability (1 critical), 1 fixable, in 1 package\n"));
}

std::size_t longest_line(const std::string& text) {
  std::size_t longest = 0;
  for (std::string_view line : split(text, '\n')) {
    if (line.starts_with("problem ") || line.find("fixable") != std::string_view::npos) continue;
    std::size_t width = 0;
    for (; !line.empty(); ++width) line.remove_prefix(std::max<std::size_t>(1, utf8_length(line)));
    longest = std::max(longest, width);
  }
  return longest;
}

TEST(Table, FitsTheTerminal) {
  Report report = testing_support::ordinary_report();
  report.inventory.packages[0].name = std::string(300, 'n');
  report.inventory.packages[1].version = "1\xC3\xA9" + std::string(200, 'v');
  EXPECT_GT(longest_line(rendered("table", report)), 500U);
  std::string text = rendered("table", report, {.color = false, .width = 80});
  EXPECT_LE(longest_line(text), 80U);
  EXPECT_THAT(text, HasSubstr("nnn…"));
  EXPECT_THAT(text, HasSubstr("CVE-2023-38545"));
  // Narrower than a table can be: columns keep a few characters, nothing breaks.
  EXPECT_LE(longest_line(rendered("table", report, {.color = false, .width = 1})), 64U);
}

TEST(Table, WideTerminalChangesNothing) {
  EXPECT_EQ(rendered("table", testing_support::ordinary_report(), {.color = false, .width = 500}),
            rendered("table", testing_support::ordinary_report()));
}

}  // namespace
}  // namespace tallyman
