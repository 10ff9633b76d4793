#include <gmock/gmock.h>

#include "stream/decompress_test_support.h"
#include "stream/tar_test_support.h"

namespace tallyman {
namespace {

using testing_support::code_of;
using testing_support::decompress;
using testing_support::FailingReader;
using testing_support::sample_text;
using testing_support::SlowReader;
using testing_support::zstd;

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Bytes skippable(std::string_view content) {
  Bytes frame = {0x5a, 0x2a, 0x4d, 0x18, static_cast<std::uint8_t>(content.size()), 0, 0, 0};
  frame.insert(frame.end(), content.begin(), content.end());
  return frame;
}

TEST(Zstd, DecompressesEverySize) {
  for (std::size_t size :
       std::initializer_list<std::size_t>{0, 1, 1000, 131072, 262144, 262145, 900000}) {
    std::string text = sample_text(size);
    EXPECT_TRUE(decompress(zstd(text)).value_or("") == text) << size;
  }
}

TEST(Zstd, KnowsWhatItIs) {
  for (const Bytes& packed : {zstd("abc"), skippable("x") + zstd("abc")}) {
    MemoryReader reader(packed);
    auto source = *Decompressor::open(reader, Limits{});
    EXPECT_EQ(source->packing(), Packing::zstd);
    EXPECT_EQ(testing_support::drain(*source), "abc");
    EXPECT_EQ(source->bytes_in(), packed.size());
    EXPECT_EQ(source->bytes_out(), 3);
  }
}

TEST(Zstd, ReadsFramesAndSkippableFramesInAnyPieces) {
  std::string text = sample_text(300000);
  Bytes packed = skippable("to be skipped") + zstd(text) + zstd("") + skippable("") + zstd("end");
  for (std::size_t step : std::initializer_list<std::size_t>{1, 2, 3, 7, 1000, 65536}) {
    SlowReader reader(packed, step);
    EXPECT_TRUE(decompress(reader).value_or("") == text + "end") << step;
  }
}

TEST(Zstd, NeverTakesATruncatedStreamForAWholeOne) {
  Bytes first = skippable("skip");
  Bytes second = zstd(sample_text(3000));
  Bytes packed = first + second + zstd("x");
  for (std::size_t size = 4; size < packed.size(); ++size) {
    Result<std::string> got = decompress(ByteView(packed).first(size));
    bool whole = size == first.size() || size == first.size() + second.size();
    EXPECT_EQ(code_of(got), whole ? "" : "zstd.truncated") << size;
  }
}

TEST(Zstd, HandsOnTheSourcesError) {
  Bytes packed = zstd(sample_text(3000));
  for (std::size_t size = 0; size <= packed.size(); ++size) {
    FailingReader reader(ByteView(packed).first(size));
    ASSERT_EQ(code_of(decompress(reader)), "test.broken") << size;
  }
}

TEST(Zstd, RefusesWhatFollowsAndIsNoFrame) {
  EXPECT_EQ(code_of(decompress(zstd("a") + Bytes(8, 0))), "zstd.malformed");
  // A frame of version 0.7, which libzstd would still decode.
  EXPECT_EQ(code_of(decompress(zstd("a") + Bytes{0x27, 0xb5, 0x2f, 0xfd, 0, 0, 0, 0})),
            "zstd.malformed");
}

TEST(Zstd, FlippedBitsNeverPassUnseen) {
  std::string text = sample_text(400);
  Bytes packed = zstd(text);
  for (std::size_t bit = 32; bit < packed.size() * 8; ++bit) {
    Bytes wrong = packed;
    wrong[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
    Result<std::string> got = decompress(wrong);
    // The flag for a checksum is in byte 4: without one the rest may decode to anything.
    if (got && bit / 8 != 4) {
      EXPECT_EQ(*got, text) << bit;
    }
  }
}

TEST(Zstd, BoundsTheWindow) {
  Limits limits;
  limits.zstd_window_log = 20;
  std::string text = sample_text(3 << 20);
  EXPECT_TRUE(decompress(zstd(text, 3, 20), limits));
  EXPECT_EQ(code_of(decompress(zstd(text, 3, 21), limits)), "zstd.window");
}

TEST(Zstd, BoundsFramesBytesAndRatio) {
  Limits limits;
  limits.stream_members = 2;
  EXPECT_EQ(code_of(decompress(zstd("") + zstd("") + zstd(""), limits)), "stream.members");
  EXPECT_EQ(code_of(decompress(skippable("") + skippable("") + skippable(""), limits)),
            "stream.members");
  Bytes bomb = zstd(std::string(70 << 20, '\0'));
  EXPECT_EQ(code_of(decompress(bomb)), "stream.ratio");
  limits = {};
  limits.layer_bytes = 1 << 20;
  EXPECT_EQ(code_of(decompress(bomb, limits)), "stream.layer_bytes");
}

TEST(Plain, PassesThrough) {
  std::string text = sample_text(900000);
  for (std::size_t size : std::initializer_list<std::size_t>{0, 1, 3, 4, 5, 900000}) {
    SlowReader reader(as_bytes(text).first(size), 70000);
    auto source = *Decompressor::open(reader, Limits{});
    EXPECT_EQ(source->packing(), Packing::plain);
    EXPECT_TRUE(testing_support::drain(*source).value_or("?") == text.substr(0, size)) << size;
    EXPECT_EQ(source->bytes_in(), size);
    EXPECT_EQ(source->bytes_out(), size);
  }
}

TEST(Plain, HandsOnTheSourcesErrorAndBoundsBytes) {
  std::string text = sample_text(1000);
  FailingReader reader(as_bytes(text));
  EXPECT_EQ(code_of(decompress(reader)), "test.broken");
  Limits limits;
  limits.layer_bytes = 999;
  EXPECT_EQ(code_of(decompress(as_bytes(text), limits)), "stream.layer_bytes");
}

}  // namespace
}  // namespace tallyman
