#include "catalog/pattern_table.h"

#include <gtest/gtest.h>

#include <string>

namespace tallyman {
namespace {

TEST(PatternTable, FindsEveryPartAndNoOther) {
  std::vector<std::string> parts = {""};
  for (std::size_t length = 1; length < 40; ++length) {
    parts.push_back(std::string(length, 'a'));
    // Equal length, first and last eight bytes: only a comparison tells these two apart.
    parts.push_back(std::string(length, 'a').replace(length / 2, 1, "b"));
  }
  std::vector<PatternRule> rules;
  for (const std::string& part : parts) rules.push_back({part, nullptr, {}});
  PatternTable table(rules);
  for (const std::string& part : parts) {
    ASSERT_EQ(table.find(part).size(), 1U) << part;
    EXPECT_EQ(table.find(part)[0].part, part);
    EXPECT_TRUE(table.find(part + "c").empty()) << part;
  }
}

TEST(PatternTable, FindsEveryRuleOfAPart) {
  Cataloger first{};
  Cataloger second{};
  PatternTable table({{"x", &first, {}}, {"a", &first, {}}, {"x", &second, {}}});
  ASSERT_EQ(table.find("x").size(), 2U);
  EXPECT_NE(table.find("x")[0].cataloger, table.find("x")[1].cataloger);
}

TEST(PatternTable, AnEmptyTableFindsNothing) {
  EXPECT_TRUE(PatternTable().find("").empty());
  EXPECT_TRUE(PatternTable().find("status").empty());
}

}  // namespace
}  // namespace tallyman
