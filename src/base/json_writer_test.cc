#include "base/json_writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace tallyman {
namespace {

TEST(JsonWriter, Compact) {
  JsonWriter json;
  json.begin_object().field("a", 1).key("b").begin_array();
  json.value("x").value(true).null().value(1.5).begin_object().end_object().end_array();
  json.field_if("c", "").field_if("d", "e").end_object();
  EXPECT_EQ(json.text(), R"({"a":1,"b":["x",true,null,1.5,{}],"d":"e"})");
}

TEST(JsonWriter, Indented) {
  JsonWriter json(2);
  json.begin_object().field("a", "b").key("c").begin_array().value(1).value(2).end_array();
  json.key("d").begin_array().end_array().end_object();
  EXPECT_EQ(json.take(), R"({
  "a": "b",
  "c": [
    1,
    2
  ],
  "d": []
})");
}

TEST(JsonWriter, Numbers) {
  JsonWriter json;
  json.begin_array();
  json.value(std::numeric_limits<std::int64_t>::min());
  json.value(std::numeric_limits<std::uint64_t>::max());
  json.value(9.8).value(7.0).value(0.1);
  json.value(std::nan("")).value(std::numeric_limits<double>::infinity());
  json.end_array();
  EXPECT_EQ(json.text(), "[-9223372036854775808,18446744073709551615,9.8,7,0.1,null,null]");
}

// A string literal must not become a bool, nor a std::string anything else.
TEST(JsonWriter, TextStaysText) {
  JsonWriter json;
  json.begin_array().value("true").value(std::string("1")).value(std::string_view("x")).end_array();
  EXPECT_EQ(json.text(), R"(["true","1","x"])");
}

TEST(JsonWriter, KeysAreQuotedToo) {
  JsonWriter json;
  json.begin_object().field("a\"b\n", 1).end_object();
  EXPECT_EQ(json.text(), R"({"a\"b\n":1})");
}

TEST(JsonQuote, EscapesWhatMustBe) {
  EXPECT_EQ(json_quote("a\"b\\c/d"), R"("a\"b\\c/d")");
  EXPECT_EQ(json_quote("\n\r\t\b\x1b\x7f"), R"("\n\r\t\u0008\u001b\u007f")");
  EXPECT_EQ(json_quote(std::string_view("\0", 1)), R"("\u0000")");
}

TEST(JsonQuote, KeepsUtf8AndReplacesTheRest) {
  EXPECT_EQ(json_quote("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"),
            "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"");
  EXPECT_EQ(json_quote("a\xFF"
                       "b"),
            "\"a\xEF\xBF\xBD"
            "b\"");
  EXPECT_EQ(json_quote("\xE2\x82"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST(JsonQuote, IsSafeOnATerminal) {
  EXPECT_EQ(json_quote("\xC2\x9B"
                       "2J"),
            "\"\\u009b2J\"");
  EXPECT_EQ(json_quote("\xE2\x80\xAE\xD8\x9C"), "\"\\u202e\\u061c\"");
}

}  // namespace
}  // namespace tallyman
