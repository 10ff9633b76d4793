#include "model/path_hash.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace tallyman {
namespace {

Digest digest_of(std::string_view hex) {
  return Digest::parse("sha256:" + std::string(hex)).value();
}

TEST(PathHash, IsSipHash24WithTheDigestAsKey) {
  // The reference vectors of SipHash-2-4-128 have the key 00..0f and inputs 00, 01, 02 ...
  PathHasher hash(digest_of("000102030405060708090a0b0c0d0e0f" + std::string(32, 'f')));
  EXPECT_EQ(hex_encode(hash("").bytes), "a3817f04ba25a8e66df67214c7550293");
  EXPECT_EQ(hex_encode(hash(std::string_view("\0", 1)).bytes), "da87c1d86b99af44347659119b22fc45");
  EXPECT_EQ(hex_encode(hash(std::string_view("\0\1", 2)).bytes),
            "8177228da4a45dc7fca38bdef60affe4");
}

TEST(PathHash, DependsOnKeyAndPath) {
  PathHasher one(digest_of(std::string(64, '1')));
  PathHasher two(digest_of(std::string(64, '2')));
  EXPECT_EQ(one("etc/passwd"), one("etc/passwd"));
  EXPECT_NE(one("etc/passwd"), one("etc/passwe"));
  EXPECT_NE(one("etc/passwd"), two("etc/passwd"));
}

TEST(PathHash, TakesTheFirstHalfOfTheDigest) {
  PathHasher one(digest_of(std::string(32, '1') + std::string(32, '2')));
  PathHasher two(digest_of(std::string(32, '1') + std::string(32, '3')));
  EXPECT_EQ(one("x"), two("x"));
}

}  // namespace
}  // namespace tallyman
