#include "base/text.h"

#include <gtest/gtest.h>

#include <utility>

namespace tallyman {
namespace {

using Pieces = std::vector<std::string_view>;

TEST(Text, Trim) {
  EXPECT_EQ(trim(" \t\r\n a b \n"), "a b");
  EXPECT_EQ(trim(" \n "), "");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim("a"), "a");
}

TEST(Text, Split) {
  EXPECT_EQ(split("a,b", ','), (Pieces{"a", "b"}));
  EXPECT_EQ(split(",a,,", ','), (Pieces{"", "a", "", ""}));
  EXPECT_EQ(split("", ','), (Pieces{""}));
}

TEST(Text, Cut) {
  Cut pair = cut("a=b=c", '=');
  EXPECT_EQ(pair.before, "a");
  EXPECT_EQ(pair.after, "b=c");
  EXPECT_TRUE(pair.found);
  pair = cut("abc", '=');
  EXPECT_EQ(pair.before, "abc");
  EXPECT_EQ(pair.after, "");
  EXPECT_FALSE(pair.found);
  EXPECT_TRUE(cut("abc=", '=').found);
}

TEST(Text, CaseIsAsciiOnly) {
  EXPECT_EQ(to_lower("AbZ[\xC3\x84"), "abz[\xC3\x84");
  EXPECT_TRUE(equals_ignoring_case("Content-Type", "content-tYPE"));
  EXPECT_FALSE(equals_ignoring_case("a", "ab"));
  EXPECT_FALSE(equals_ignoring_case("@", "`"));
}

TEST(Text, ParseNumber) {
  EXPECT_EQ(parse_u64("0"), 0U);
  EXPECT_EQ(parse_u64("007"), 7U);
  EXPECT_EQ(parse_u64("18446744073709551615"), UINT64_MAX);
  for (std::string_view text :
       {"", "18446744073709551616", "-1", "+1", " 1", "1 ", "1a", "0x1", "1.0"}) {
    EXPECT_EQ(parse_u64(text), std::nullopt) << text;
  }
}

TEST(Text, Utf8Length) {
  for (const auto& [text, length] : {std::pair<std::string_view, std::size_t>{"a", 1},
                                     {"\xC3\xA9", 2},
                                     {"\xE2\x82\xAC", 3},
                                     {"\xF0\x9F\x98\x80", 4},
                                     {"\xF4\x8F\xBF\xBF", 4},
                                     {"", 0},
                                     {"\x80", 0},              // continuation
                                     {"\xC0\xAF", 0},          // overlong
                                     {"\xC1\xBF", 0},          // overlong
                                     {"\xE0\x9F\xBF", 0},      // overlong
                                     {"\xF0\x8F\xBF\xBF", 0},  // overlong
                                     {"\xED\xA0\x80", 0},      // surrogate
                                     {"\xF4\x90\x80\x80", 0},  // past U+10FFFF
                                     {"\xF5\x80\x80\x80", 0},
                                     {"\xFF", 0},
                                     {"\xC3", 0},  // cut short
                                     {"\xE2\x82", 0},
                                     {"\xF0\x9F\x98", 0},
                                     {"\xC3\x28", 0}}) {
    EXPECT_EQ(utf8_length(text), length) << text;
  }
}

TEST(Text, PrintableKeepsText) {
  for (std::string_view text :
       {"", "plain", "caf\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "<a>&\"'"}) {
    EXPECT_EQ(printable(text), text);
  }
}

TEST(Text, PrintableDefuses) {
  EXPECT_EQ(printable("a\x1b[31mb"), "a?[31mb");
  EXPECT_EQ(printable("a\nb\rc\td"), "a?b?c?d");
  EXPECT_EQ(printable(std::string_view("\0\x7f", 2)), "??");
  EXPECT_EQ(printable("\xC2\x9B"
                      "2J"),
            "?2J");  // C1: CSI
  EXPECT_EQ(printable("\xE2\x80\xAE"
                      "abc"),
            "?abc");  // right-to-left override
  EXPECT_EQ(printable("\xE2\x81\xA6\xE2\x81\xA9\xE2\x80\x8F\xD8\x9C"), "????");
  EXPECT_EQ(printable("a\xFF\xC0\xAF"
                      "b"),
            "a???b");
  EXPECT_EQ(printable("\xE2\x82"), "??");
}

TEST(Text, HumanBytes) {
  EXPECT_EQ(human_bytes(0), "0 B");
  EXPECT_EQ(human_bytes(999), "999 B");
  EXPECT_EQ(human_bytes(1000), "1.0 kB");
  EXPECT_EQ(human_bytes(12'345'678), "12.3 MB");
  EXPECT_EQ(human_bytes(999'999), "1.0 MB");
  EXPECT_EQ(human_bytes(UINT64_MAX), "18446.7 PB");
}

}  // namespace
}  // namespace tallyman
