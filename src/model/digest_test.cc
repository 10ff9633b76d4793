#include "model/digest.h"

#include <gtest/gtest.h>

namespace tallyman {
namespace {

TEST(Digest, AcceptsSha256AndSha512) {
  std::string text = "sha256:" + std::string(64, 'a');
  Digest digest = Digest::parse(text).value();
  EXPECT_EQ(digest.text(), text);
  EXPECT_EQ(digest.algorithm(), "sha256");
  EXPECT_EQ(digest.hex(), std::string(64, 'a'));
  EXPECT_EQ(digest.short_hex(), std::string(12, 'a'));
  EXPECT_TRUE(Digest::parse("sha512:" + std::string(128, '0')).has_value());
}

TEST(Digest, RefusesEverythingElse) {
  struct Row {
    std::string text;
    std::string code;
  };
  std::string hex(64, 'a');
  for (const Row& row :
       {Row{"", "digest.malformed"}, Row{hex, "digest.malformed"},
        Row{":" + hex, "digest.malformed"}, Row{"sha256:", "digest.malformed"},
        Row{"sha256:" + hex + "a", "digest.malformed"},
        Row{"sha256:" + hex.substr(1), "digest.malformed"},
        Row{"sha256:" + std::string(64, 'A'), "digest.malformed"},
        Row{"sha256:" + std::string(63, 'a') + "/", "digest.malformed"},
        Row{"sha512:" + hex, "digest.malformed"},
        Row{"md5:" + std::string(32, 'a'), "digest.unsupported"},
        Row{"SHA256:" + hex, "digest.unsupported"}, Row{"blake3:" + hex, "digest.unsupported"}}) {
    Result<Digest> digest = Digest::parse(row.text);
    ASSERT_FALSE(digest.has_value()) << row.text;
    EXPECT_EQ(digest.error().code, row.code) << row.text;
    EXPECT_EQ(digest.error().kind, ErrorKind::invalid) << row.text;
  }
}

TEST(Digest, ErrorsDoNotRepeatEscapesOrWholeBooks) {
  Result<Digest> digest = Digest::parse("\x1b[2J" + std::string(100'000, 'x'));
  ASSERT_FALSE(digest.has_value());
  EXPECT_EQ(digest.error().context.find('\x1b'), std::string::npos);
  EXPECT_LT(digest.error().context.size(), 1000U);
}

TEST(Digest, FromBytes) {
  EXPECT_EQ(Digest::from_bytes(Bytes(32, 0x0f)).text(),
            "sha256:0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f");
  EXPECT_EQ(Digest::from_bytes(Bytes(64, 0xff)).text(), "sha512:" + std::string(128, 'f'));
}

TEST(Digest, EmptyIsNoDigest) {
  Digest none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.algorithm(), "");
  EXPECT_EQ(none.hex(), "");
  EXPECT_EQ(none.short_hex(), "");
}

}  // namespace
}  // namespace tallyman
