#include "base/encoding.h"

#include <gtest/gtest.h>

#include <utility>

namespace tallyman {
namespace {

TEST(Hex, RoundTrip) {
  Bytes bytes = {0x00, 0x0f, 0xa5, 0xff};
  EXPECT_EQ(hex_encode(bytes), "000fa5ff");
  EXPECT_EQ(hex_decode("000fa5ff"), bytes);
  EXPECT_EQ(hex_decode("000FA5fF"), bytes);
  EXPECT_EQ(hex_encode({}), "");
  EXPECT_EQ(hex_decode(""), Bytes());
}

TEST(Hex, RefusesEverythingElse) {
  for (std::string_view text :
       {"0", "000", "0g", "g0", "0x", " 00", "00 ", "\xFF\xFF", ":/", "@G"}) {
    EXPECT_EQ(hex_decode(text), std::nullopt) << text;
  }
}

TEST(Base64, VectorsOfTheStandard) {
  for (const auto& [plain, coded] : {std::pair{"", ""},
                                     {"f", "Zg=="},
                                     {"fo", "Zm8="},
                                     {"foo", "Zm9v"},
                                     {"foob", "Zm9vYg=="},
                                     {"fooba", "Zm9vYmE="},
                                     {"foobar", "Zm9vYmFy"}}) {
    EXPECT_EQ(base64_encode(as_bytes(plain)), coded);
    std::optional<Bytes> decoded = base64_decode(coded);
    ASSERT_TRUE(decoded.has_value()) << coded;
    EXPECT_EQ(as_text(*decoded), plain);
  }
}

TEST(Base64, EveryByteRoundTrips) {
  Bytes bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<std::uint8_t>(255 - i));
  EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
}

TEST(Base64, UrlAlphabetAndMissingPadding) {
  Bytes bytes = {0xfb, 0xff, 0xfe};
  EXPECT_EQ(base64_decode("+//+"), bytes);
  EXPECT_EQ(base64_decode("-__-"), bytes);
  EXPECT_EQ(base64_decode("Zg"), Bytes{'f'});
  EXPECT_EQ(base64_decode("Zm8"), (Bytes{'f', 'o'}));
}

TEST(Base64, RefusesEverythingElse) {
  for (std::string_view text : {"Z", "Zm9vY", "=", "==", "====", "Z===", "Zg=", "Zm8==", "Zm9v=",
                                "Zg==Zg==", "Z g=", "Zg==\n", "Zm9v!", "\xFF\xFF\xFF\xFF"}) {
    EXPECT_EQ(base64_decode(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace tallyman
