#include "parse/json.h"

#include <gtest/gtest.h>

namespace tallyman {
namespace {

Result<Json> parse(std::string_view text, const JsonLimits& limits = {}) {
  return Json::parse(as_bytes(text), limits);
}

// The error's code, or "" if the document was accepted.
std::string code_of(std::string_view text, const JsonLimits& limits = {}) {
  auto json = parse(text, limits);
  return json ? "" : json.error().code;
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(Json, ReadsEveryKind) {
  auto json =
      parse(R"({"s":"aé\u0041\ud83d\ude00","n":42,"t":true,"z":null,"a":[1,"x"],"o":{"k":"v"}})");
  ASSERT_TRUE(json);
  EXPECT_EQ(json->kind(), Json::Kind::object);
  EXPECT_EQ(json->text_of("s"), "aéA😀");
  EXPECT_EQ(json->find("n")->unsigned_number(), 42U);
  EXPECT_EQ(json->find("t")->boolean(), true);
  EXPECT_EQ(json->find("z")->kind(), Json::Kind::null);
  ASSERT_EQ(json->find("a")->items().size(), 2U);
  EXPECT_EQ(json->find("a")->items()[1].text(), "x");
  EXPECT_EQ(json->find("o")->text_of("k"), "v");
  ASSERT_EQ(json->members().size(), 6U);
  EXPECT_EQ(json->members()[0].first, "s");
  EXPECT_EQ(json->members()[5].first, "o");
}

TEST(Json, AccessorsOfAnotherKindAreEmpty) {
  auto json = parse(R"({"s":"x","n":1})");
  ASSERT_TRUE(json);
  EXPECT_EQ(json->find("absent"), nullptr);
  EXPECT_EQ(json->find("S"), nullptr) << "letter case counts";
  EXPECT_EQ(json->text_of("n"), "");
  EXPECT_EQ(json->text_of("absent"), "");
  EXPECT_EQ(json->find("s")->unsigned_number(), std::nullopt);
  EXPECT_EQ(json->find("s")->boolean(), std::nullopt);
  EXPECT_TRUE(json->find("s")->items().empty());
  EXPECT_TRUE(json->find("s")->members().empty());
  EXPECT_EQ(json->find("s")->find("x"), nullptr);
}

TEST(Json, OnlyNonNegativeIntegersAreNumbers) {
  auto json = parse("[0, 18446744073709551615, 9223372036854775808, -1, 1.5, 1e3]");
  ASSERT_TRUE(json);
  EXPECT_EQ(json->items()[0].unsigned_number(), 0U);
  EXPECT_EQ(json->items()[1].unsigned_number(), 18446744073709551615U);
  EXPECT_EQ(json->items()[2].unsigned_number(), 9223372036854775808U);
  for (std::size_t i = 3; i < 6; ++i) {
    EXPECT_EQ(json->items()[i].kind(), Json::Kind::number);
    EXPECT_EQ(json->items()[i].unsigned_number(), std::nullopt) << i;
  }
}

TEST(Json, ScalarDocumentsAreFine) {
  EXPECT_EQ(parse("\"x\"")->text(), "x");
  EXPECT_EQ(parse(" 7 ")->unsigned_number(), 7U);
  EXPECT_EQ(parse("null")->kind(), Json::Kind::null);
}

TEST(Json, RefusesWhatIsNotJson) {
  for (std::string_view text : {"",
                                "   ",
                                "{",
                                "[1,",
                                "[1,]",
                                "{\"a\":}",
                                "{\"a\" 1}",
                                "{a:1}",
                                "'x'",
                                "\"x",
                                "tru",
                                "01",
                                "+1",
                                "1.",
                                ".5",
                                "nan",
                                "{} x",
                                "{}{}",
                                "[] ]",
                                "\xEF\xBB\xBF{}",
                                "\"tab\there\"",
                                "\"\\x41\"",
                                "99999999999999999999999999"}) {
    EXPECT_EQ(code_of(text), "json.malformed") << text;
  }
  EXPECT_EQ(code_of(std::string_view("{}\0", 3)), "json.malformed");
  EXPECT_EQ(code_of(std::string_view("[\0]", 3)), "json.malformed");
}

TEST(Json, SaysWhereTheEncodingBreaks) {
  auto json = parse("[\"ab\xFF\"]");
  ASSERT_FALSE(json);
  EXPECT_EQ(json.error().code, "json.malformed");
  EXPECT_NE(json.error().context.find("byte 4"), std::string::npos) << json.error().context;
  EXPECT_EQ(code_of("\"\xC0\x80\""), "json.malformed") << "overlong";
  EXPECT_EQ(code_of("\"\xED\xA0\x80\""), "json.malformed") << "encoded surrogate";
  EXPECT_EQ(code_of("\"\xF4\x90\x80\x80\""), "json.malformed") << "beyond U+10FFFF";
}

TEST(Json, RefusesHalfSurrogatePairs) {
  for (std::string_view text : {R"("\ud800")", R"("\udc00")", R"("\ud800\ud800")", R"("\ud800x")",
                                R"("\udc00\ud800")", R"({"\udc00":1})"}) {
    EXPECT_EQ(code_of(text), "json.malformed") << text;
  }
}

TEST(Json, KeepsNulInStrings) {
  auto json = parse(R"(["a\u0000b"])");
  ASSERT_TRUE(json);
  EXPECT_EQ(json->items()[0].text(), std::string_view("a\0b", 3));
}

TEST(Json, DepthIsBoundedExactly) {
  JsonLimits limits;
  limits.depth = 5;
  EXPECT_EQ(code_of(nested(5), limits), "");
  EXPECT_EQ(code_of(nested(6), limits), "json.too_large");
  EXPECT_EQ(code_of("[[[[[1]]]]]", limits), "");
  EXPECT_EQ(code_of(R"({"a":{"a":{"a":{"a":{"a":{}}}}}})", limits), "json.too_large");
  EXPECT_EQ(code_of(nested(32)), "");
  EXPECT_EQ(code_of(nested(33)), "json.too_large");
}

TEST(Json, DepthBombsDoNotOverflowTheStack) {
  EXPECT_NE(code_of(std::string(1'000'000, '[')), "");
  EXPECT_EQ(code_of(nested(1'000'000)), "json.too_large");
  std::string objects;
  for (int i = 0; i < 200'000; ++i) objects += "{\"a\":";
  EXPECT_NE(code_of(objects), "");
  EXPECT_EQ(code_of(objects + "0" + std::string(200'000, '}')), "json.too_large");
}

TEST(Json, SizeIsBounded) {
  JsonLimits limits;
  limits.bytes = 10;
  EXPECT_EQ(code_of("\"12345678\"", limits), "");
  EXPECT_EQ(code_of("\"123456789\"", limits), "json.too_large");
  std::string huge = "\"" + std::string(4 << 20, 'x') + "\"";
  EXPECT_EQ(code_of(huge), "json.too_large");
  EXPECT_EQ(parse(huge).error().kind, ErrorKind::too_large);
}

TEST(Json, ValueCountIsBounded) {
  JsonLimits limits;
  limits.values = 4;
  EXPECT_EQ(code_of("[1,2,3]", limits), "");
  EXPECT_EQ(code_of("[1,2,3,4]", limits), "json.too_large");
  EXPECT_EQ(code_of(R"({"a":1,"b":[2]})", limits), "");
  EXPECT_EQ(code_of(R"({"a":1,"b":[2,3]})", limits), "json.too_large");
  std::string many = "[0";
  for (int i = 0; i < 200'000; ++i) many += ",0";
  EXPECT_EQ(code_of(many + "]"), "json.too_large");
}

TEST(Json, RefusesDuplicateAndCaseVariantKeys) {
  for (std::string_view text : {R"({"layers":1,"layers":2})", R"({"layers":1,"x":0,"Layers":2})",
                                R"([{"a":{"b":1,"B":1}}])", R"({"a":1,"\u0061":2})",
                                R"({"layers":1,"layerſ":2})", R"({"k":1,"K":2})"}) {
    EXPECT_EQ(code_of(text), "json.duplicate_key") << text;
    EXPECT_EQ(parse(text).error().kind, ErrorKind::corrupt);
  }
  EXPECT_EQ(code_of(R"([{"a":1},{"a":2}])"), "") << "of different objects";
  EXPECT_EQ(code_of(R"({"a":{"a":1}})"), "");
}

TEST(Json, CaseVariantsMayBeAllowed) {
  JsonLimits limits;
  limits.case_variants = true;
  auto json = parse(R"({"Vendor":"a","vendor":"b","layerſ":1,"only":2})", limits);
  ASSERT_TRUE(json);
  EXPECT_EQ(json->variant_of("vendor"), "Vendor");
  EXPECT_EQ(json->variant_of("layers"), "layerſ");
  EXPECT_EQ(json->variant_of("only"), std::nullopt);
  EXPECT_EQ(json->variant_of("absent"), std::nullopt);
  EXPECT_EQ(code_of(R"({"a":1,"a":2})", limits), "json.duplicate_key");
}

TEST(Json, ManyKeysAreComparedQuickly) {
  std::string text = "{";
  for (int i = 0; i < 30'000; ++i) text += "\"key" + std::to_string(i) + "\":0,";
  EXPECT_EQ(code_of(text + "\"last\":0}"), "");
  EXPECT_EQ(code_of(text + "\"KEY5\":0}"), "json.duplicate_key");
}

}  // namespace
}  // namespace tallyman
