#include "model/finding.h"

#include <gtest/gtest.h>

namespace tallyman {
namespace {

TEST(Severity, NamesRoundTripAndSort) {
  for (Severity severity : {Severity::unknown, Severity::negligible, Severity::low,
                            Severity::medium, Severity::high, Severity::critical}) {
    EXPECT_EQ(parse_severity(to_string(severity)), severity);
  }
  EXPECT_LT(Severity::high, Severity::critical);
}

TEST(Severity, KnowsOtherPeoplesWords) {
  EXPECT_EQ(parse_severity("CRITICAL"), Severity::critical);
  EXPECT_EQ(parse_severity("Moderate"), Severity::medium);
  EXPECT_EQ(parse_severity("IMPORTANT"), Severity::high);
  EXPECT_EQ(parse_severity("none"), Severity::negligible);
  EXPECT_EQ(parse_severity("unimportant"), Severity::negligible);
  EXPECT_EQ(parse_severity(""), std::nullopt);
  EXPECT_EQ(parse_severity("high "), std::nullopt);
  EXPECT_EQ(parse_severity("end-of-life"), std::nullopt);
}

TEST(FixState, Names) {
  EXPECT_EQ(to_string(FixState::fixed), "fixed");
  EXPECT_EQ(to_string(FixState::not_fixed), "not-fixed");
  EXPECT_EQ(to_string(FixState::unknown), "unknown");
}

TEST(Finding, DisplayId) {
  struct Row {
    std::string id;
    std::vector<std::string> aliases;
    std::string wanted;
  };
  for (const Row& row :
       {Row{"CVE-2023-0216", {}, "CVE-2023-0216"}, Row{"DEBIAN-CVE-2023-0216", {}, "CVE-2023-0216"},
        Row{"DEBIAN-CVE-2023-0216", {"CVE-2023-0216", "CVE-2023-9999"}, "CVE-2023-0216"},
        Row{"ALPINE-CVE-2024-123456", {}, "CVE-2024-123456"},
        Row{"GHSA-aaaa-bbbb-cccc", {"CVE-2023-0216"}, "CVE-2023-0216"},
        Row{"GHSA-aaaa-bbbb-cccc", {"CVE-2023-0216", "DEBIAN-CVE-2023-0216"}, "CVE-2023-0216"},
        Row{"RHSA-2024:0001", {"CVE-2023-0216", "CVE-2023-0217"}, "RHSA-2024:0001"},
        Row{"DSA-1234-1", {}, "DSA-1234-1"}, Row{"CVE-2023-", {}, "CVE-2023-"},
        Row{"CVE-23-0216", {"CVE-2023-0216"}, "CVE-2023-0216"},
        Row{"XCVE-2023-0216", {}, "XCVE-2023-0216"}, Row{"CVE-2023-0216x", {}, "CVE-2023-0216x"},
        Row{"", {}, ""}}) {
    Finding finding;
    finding.id = row.id;
    finding.aliases = row.aliases;
    EXPECT_EQ(finding.display_id(), row.wanted) << row.id;
  }
}

}  // namespace
}  // namespace tallyman
