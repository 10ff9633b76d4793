#include "stream/hash.h"

#include <gmock/gmock.h>

#include "base/encoding.h"

namespace tallyman {
namespace {

std::string hex(std::span<const std::uint8_t> bytes) { return hex_encode(bytes); }

// FIPS 180-4 examples.
constexpr std::string_view kOfNothing =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr std::string_view kOfAbc =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Sha256, MatchesThePublishedVectors) {
  EXPECT_EQ(hex(Sha256::of({})), kOfNothing);
  EXPECT_EQ(hex(Sha256::of(as_bytes("abc"))), kOfAbc);
  Sha256 million;
  for (int i = 0; i < 1000; ++i) million.update(as_bytes(std::string(1000, 'a')));
  EXPECT_EQ(hex(million.finish()),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, IsAValueThatMoves) {
  Sha256 first;
  first.update(as_bytes("ab"));
  Sha256 second = std::move(first);
  second.update(as_bytes("c"));
  EXPECT_EQ(hex(second.finish()), kOfAbc);
}

class TwoChunks final : public ChunkSource {
 public:
  Result<ByteView> next() override {
    ++turn_;
    return as_bytes(turn_ == 1 ? "a" : turn_ == 2 ? "bc" : "");
  }

 private:
  int turn_ = 0;
};

TEST(HashingSource, HashesWhatPasses) {
  TwoChunks chunks;
  HashingSource source(chunks);
  std::string seen;
  for (ByteView chunk = *source.next(); !chunk.empty(); chunk = *source.next()) {
    seen += as_text(chunk);
  }
  EXPECT_EQ(seen, "abc");
  EXPECT_EQ(source.bytes(), 3);
  EXPECT_EQ(hex(source.hash().finish()), kOfAbc);
}

TEST(HashingReader, HashesWhatPasses) {
  MemoryReader memory(as_bytes("abc"));
  HashingReader reader(memory);
  EXPECT_EQ(read_all(reader, 10)->size(), 3);
  EXPECT_EQ(reader.bytes(), 3);
  EXPECT_EQ(hex(reader.hash().finish()), kOfAbc);
}

}  // namespace
}  // namespace tallyman
