#include "model/byte_codec.h"

#include <gtest/gtest.h>

namespace tallyman {
namespace {

TEST(ByteCodec, RoundTrip) {
  Digest digest = Digest::from_bytes(Bytes(64, 7));
  ByteWriter writer;
  writer.number<std::uint64_t>(0x0102030405060708);
  writer.flag(true);
  writer.text("a\0b");
  writer.digest(digest);
  writer.digest(Digest());
  Bytes bytes = writer.take();
  EXPECT_EQ(bytes[0], 8);  // little-endian

  ByteReader reader(bytes, "x.malformed");
  EXPECT_EQ(reader.number<std::uint64_t>().value(), 0x0102030405060708U);
  EXPECT_TRUE(reader.flag().value());
  EXPECT_EQ(reader.text().value(), "a\0b");
  EXPECT_EQ(reader.digest().value(), digest);
  EXPECT_TRUE(reader.digest()->empty());
  EXPECT_TRUE(reader.end().has_value());
}

TEST(ByteCodec, ErrorsCarryCodeAndOffset) {
  Bytes bytes = {1, 2};
  ByteReader reader(bytes, "x.malformed");
  ASSERT_TRUE(reader.number<std::uint8_t>().has_value());
  auto value = reader.number<std::uint32_t>();
  ASSERT_FALSE(value.has_value());
  EXPECT_EQ(value.error().kind, ErrorKind::corrupt);
  EXPECT_EQ(value.error().code, "x.malformed");
  EXPECT_TRUE(value.error().context.starts_with("offset 1: "));
  EXPECT_FALSE(reader.end().has_value());
}

TEST(ByteCodec, CountsAreHeldAgainstWhatIsLeft) {
  Bytes bytes = {3, 0, 0, 0, 9, 9, 9, 9, 9, 9};
  EXPECT_EQ(ByteReader(bytes, "x").count(2).value(), 3U);
  EXPECT_FALSE(ByteReader(bytes, "x").count(3).has_value());
  Bytes huge = {255, 255, 255, 255, 1};
  EXPECT_FALSE(ByteReader(huge, "x").count(1).has_value());
  EXPECT_FALSE(ByteReader(huge, "x").text().has_value());
}

TEST(ByteCodec, FlagsAndDigestsHaveOneForm) {
  Bytes two = {2};
  EXPECT_FALSE(ByteReader(two, "x").flag().has_value());
  Bytes odd(40, 31);
  EXPECT_FALSE(ByteReader(odd, "x").digest().has_value());
}

}  // namespace
}  // namespace tallyman
