#include "registry/digester.h"

#include <gtest/gtest.h>

namespace tallyman {
namespace {

// FIPS 180-4's example message "abc".
TEST(Digester, KnownAnswers) {
  Digest sha256 =
      *Digest::parse("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Digest sha512 = *Digest::parse(
      "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
      "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  EXPECT_EQ(Digester::of(as_bytes("abc"), sha256), sha256);
  EXPECT_EQ(Digester::of(as_bytes("abc"), sha512), sha512);
}

TEST(Digester, PiecesGiveTheSameDigest) {
  for (std::string_view algorithm : {"sha256", "sha512"}) {
    Digester whole(algorithm);
    whole.update(as_bytes("hello, world"));
    Digester pieces(algorithm);
    for (char c : std::string_view("hello, world")) pieces.update(as_bytes({&c, 1}));
    EXPECT_EQ(pieces.finish(), whole.finish());
  }
}

}  // namespace
}  // namespace tallyman
