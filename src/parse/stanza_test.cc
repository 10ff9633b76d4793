#include "parse/stanza.h"

#include <gtest/gtest.h>

#include <string>

namespace tallyman {
namespace {

std::vector<Stanza> read(std::string_view text, const StanzaLimits& limits = {}) {
  std::vector<Stanza> stanzas;
  StanzaReader reader(text, limits);
  for (Stanza stanza; reader.next(stanza);) stanzas.push_back(stanza);
  return stanzas;
}

TEST(Stanza, SplitsAtBlankLines) {
  auto stanzas = read("\n\nA: 1\nB:2\n\n \t\nA:  3  \r\n\r\nA: 4");
  ASSERT_EQ(stanzas.size(), 3U);
  EXPECT_EQ(stanzas[0].first_line("a"), "1");
  EXPECT_EQ(stanzas[0].first_line("B"), "2");
  EXPECT_EQ(stanzas[0].first_line("C"), "");
  EXPECT_EQ(stanzas[0].offset, 2U);
  EXPECT_EQ(stanzas[1].first_line("A"), "3");
  EXPECT_EQ(stanzas[2].first_line("A"), "4");
}

TEST(Stanza, ContinuationLinesBelongToTheFieldAbove) {
  auto stanzas = read("A: one\n two\n\tB: three\nC:\n four\n");
  ASSERT_EQ(stanzas.size(), 1U);
  ASSERT_EQ(stanzas[0].fields.size(), 2U);
  EXPECT_EQ(stanzas[0].fields[0].value, "one\n two\n\tB: three");
  EXPECT_EQ(stanzas[0].first_line("A"), "one");
  EXPECT_EQ(stanzas[0].fields[1].value, "four");
}

TEST(Stanza, OfEqualNamesTheFirstCounts) {
  EXPECT_EQ(read("A: 1\na: 2\n")[0].first_line("A"), "1");
}

TEST(Stanza, MarksTheFirstLineThatIsNoField) {
  auto stanzas = read("A: 1\nrubbish\n: 2\nB: 3\n\n continuation of nothing\n");
  ASSERT_EQ(stanzas.size(), 2U);
  EXPECT_EQ(stanzas[0].bad_line, 5U);
  EXPECT_EQ(stanzas[0].first_line("B"), "3");
  EXPECT_EQ(stanzas[1].bad_line, 23U);
}

TEST(Stanza, BoundsLineStanzaAndFields) {
  auto is_too_large = [](std::string_view text, const StanzaLimits& limits) {
    auto stanzas = read(text, limits);
    EXPECT_EQ(stanzas.size(), 2U);
    EXPECT_FALSE(stanzas.back().too_large);
    return stanzas.front().too_large;
  };
  const std::string line = "A: " + std::string(97, 'x');
  const std::string two = line + "\n" + line + "\n\nB: 1\n";
  EXPECT_FALSE(is_too_large(two, {.line_bytes = 100}));
  EXPECT_TRUE(is_too_large(two, {.line_bytes = 99}));
  EXPECT_FALSE(is_too_large(two, {.bytes = 201}));
  EXPECT_TRUE(is_too_large(two, {.bytes = 200}));
  EXPECT_FALSE(is_too_large(two, {.fields = 2}));
  EXPECT_TRUE(is_too_large(two, {.fields = 1}));
}

TEST(Stanza, AnEmptyTextHasNone) {
  EXPECT_TRUE(read("").empty());
  EXPECT_TRUE(read("\n \n\t\n").empty());
}

}  // namespace
}  // namespace tallyman
