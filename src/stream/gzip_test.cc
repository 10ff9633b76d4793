#include <gmock/gmock.h>
#include <zlib.h>

#include "stream/decompress_test_support.h"
#include "stream/tar_test_support.h"

namespace tallyman {
namespace {

using testing_support::code_of;
using testing_support::decompress;
using testing_support::FailingReader;
using testing_support::gzip;
using testing_support::sample_text;
using testing_support::SlowReader;

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Bytes operator+(Bytes a, std::string_view b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// `content` behind a header with every optional field.
Bytes gzip_with_fields(std::string_view content, const std::string& extra, const std::string& name,
                       const std::string& comment, bool right_sum = true) {
  std::string header("\x1f\x8b\x08\x1e\0\0\0\0\0\x03", 10);
  header += static_cast<char>(extra.size() & 0xff);
  header += static_cast<char>(extra.size() >> 8);
  header += extra + name + '\0' + comment + '\0';
  auto sum = static_cast<std::uint16_t>(
      crc32(0, as_bytes(header).data(), static_cast<uInt>(header.size())));
  if (!right_sum) sum ^= 1;
  header += static_cast<char>(sum & 0xff);
  header += static_cast<char>(sum >> 8);
  Bytes plain = gzip(content);
  return Bytes(header.begin(), header.end()) + Bytes(plain.begin() + 10, plain.end());
}

TEST(Gzip, InflatesEveryLevelAndSize) {
  for (int level : {0, 1, 6, 9}) {
    for (std::size_t size :
         std::initializer_list<std::size_t>{0, 1, 1000, 32768, 65536, 262144, 262145, 700000}) {
      std::string text = sample_text(size);
      Result<std::string> got = decompress(gzip(text, level));
      ASSERT_TRUE(got) << got.error().context;
      EXPECT_TRUE(*got == text) << level << " " << size;
    }
  }
}

TEST(Gzip, KnowsWhatItIsAndCounts) {
  Bytes packed = gzip(sample_text(100000));
  MemoryReader reader(packed);
  auto source = *Decompressor::open(reader, Limits{});
  EXPECT_EQ(source->packing(), Packing::gzip);
  EXPECT_TRUE(testing_support::drain(*source));
  EXPECT_EQ(source->bytes_in(), packed.size());
  EXPECT_EQ(source->bytes_out(), 100000);
  EXPECT_TRUE(source->next()->empty());
}

TEST(Gzip, ReadsManyMembersInAnyPieces) {
  std::string first = sample_text(70000);
  std::string second(300000, 'x');
  Bytes packed = gzip(first) + gzip("") + gzip(second, 0) + gzip("end");
  for (std::size_t step : std::initializer_list<std::size_t>{1, 2, 3, 7, 100, 65536}) {
    SlowReader reader(packed, step);
    EXPECT_EQ(*decompress(reader), first + second + "end") << step;
  }
}

TEST(Gzip, ReadsOptionalHeaderFieldsInAnyPieces) {
  Bytes packed =
      gzip_with_fields("content", std::string(65535, 'e'), std::string(300000, 'n'), "a comment");
  EXPECT_EQ(decompress(packed), "content");
  Bytes small = gzip_with_fields("content", "", "", "");
  SlowReader reader(small, 1);
  EXPECT_EQ(decompress(reader), "content");
}

TEST(Gzip, AcceptsZeroPaddingOnly) {
  Bytes packed = gzip("content");
  EXPECT_EQ(decompress(packed + std::string(500000, '\0')), "content");
  EXPECT_EQ(code_of(decompress(packed + std::string(1000, '\0') + gzip("more"))),
            "gzip.trailing_garbage");
  EXPECT_EQ(code_of(decompress(packed + "x")), "gzip.trailing_garbage");
  EXPECT_EQ(code_of(decompress(packed + "\x1f")), "gzip.trailing_garbage");
}

TEST(Gzip, RefusesWrongHeadersAndSums) {
  Bytes packed = gzip("content");
  struct Row {
    std::size_t offset;
    std::string_view code;
  };
  for (const Row& row : {Row{2, "gzip.malformed"}, Row{packed.size() - 8, "gzip.checksum"},
                         Row{packed.size() - 4, "gzip.checksum"}}) {
    Bytes wrong = packed;
    wrong[row.offset] ^= 1;
    EXPECT_EQ(code_of(decompress(wrong)), row.code) << row.offset;
  }
  Bytes reserved = packed;
  reserved[3] = 0x20;
  EXPECT_EQ(code_of(decompress(reserved)), "gzip.malformed");
  EXPECT_EQ(code_of(decompress(gzip_with_fields("content", "e", "n", "c", false))),
            "gzip.checksum");
}

TEST(Gzip, NeverTakesATruncatedStreamForAWholeOne) {
  Bytes packed = gzip_with_fields(sample_text(3000), "extra", "name", "comment") + gzip("second");
  std::size_t boundary = packed.size() - gzip("second").size();
  for (std::size_t size = 2; size < packed.size(); ++size) {
    if (size == boundary) continue;  // a whole file of one member
    Result<std::string> got = decompress(ByteView(packed).first(size));
    ASSERT_FALSE(got) << size;
    EXPECT_EQ(got.error().code, size == boundary + 1 ? "gzip.trailing_garbage" : "gzip.truncated");
  }
}

TEST(Gzip, HandsOnTheSourcesError) {
  Bytes packed = gzip(sample_text(3000));
  for (std::size_t size = 0; size <= packed.size(); ++size) {
    FailingReader reader(ByteView(packed).first(size));
    ASSERT_EQ(code_of(decompress(reader)), "test.broken") << size;
  }
}

TEST(Gzip, StaysFailed) {
  Bytes packed = gzip(sample_text(600000));
  packed.resize(packed.size() - 1);
  MemoryReader reader(packed);
  auto source = *Decompressor::open(reader, Limits{});
  EXPECT_EQ(code_of(testing_support::drain(*source)), "gzip.truncated");
  EXPECT_EQ(code_of(source->next()), "gzip.truncated");
}

TEST(Gzip, ErrorsNameBothOffsets) {
  Bytes packed = gzip(sample_text(1000));
  packed.resize(packed.size() - 3);
  EXPECT_THAT(decompress(packed).error().context,
              testing::HasSubstr("compressed byte " + std::to_string(packed.size() - 5) +
                                 ", decompressed byte 1000"));
}

TEST(Gzip, FlippedBitsNeverPassUnseen) {
  std::string text = sample_text(400);
  Bytes packed = gzip(text);
  for (std::size_t bit = 0; bit < packed.size() * 8; ++bit) {
    Bytes wrong = packed;
    wrong[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
    Result<std::string> got = decompress(wrong);
    if (got && bit >= 16) {
      EXPECT_EQ(*got, text) << bit;
    }  // mtime, xfl and os mean nothing
  }
}

TEST(Gzip, BoundsMembers) {
  Limits limits;
  limits.stream_members = 3;
  Bytes one = gzip("a");
  EXPECT_EQ(decompress(one + one + one, limits), "aaa");
  EXPECT_EQ(code_of(decompress(one + one + one + one, limits)), "stream.members");
}

// Endless empty members, as the default limits meet them (CVE-2022-30631).
TEST(Gzip, BoundsEmptyMembersFast) {
  class Endless final : public Reader {
   public:
    Result<std::size_t> read(ByteSpan into) override {
      std::size_t whole = into.size() / member_.size() * member_.size();
      for (std::size_t i = 0; i < whole; ++i) into[i] = member_[i % member_.size()];
      return whole;
    }

   private:
    Bytes member_ = gzip("");
  };
  Endless reader;
  Limits limits;
  limits.stream_members = 50000;
  EXPECT_EQ(code_of(decompress(reader, limits)), "stream.members");
}

TEST(Gzip, BoundsHeaders) {
  Limits limits;
  limits.metadata_bytes = 1000;
  EXPECT_EQ(code_of(decompress(gzip_with_fields("a", "", std::string(2000, 'n'), ""), limits)),
            "gzip.header");
  EXPECT_EQ(code_of(decompress(gzip_with_fields("a", std::string(2000, 'n'), "", ""), limits)),
            "gzip.header");
}

TEST(Gzip, BoundsBytesAndRatio) {
  Bytes bomb = gzip(std::string(70 << 20, '\0'), 9);
  Limits limits;
  limits.layer_bytes = 1 << 20;
  EXPECT_EQ(code_of(decompress(bomb, limits)), "stream.layer_bytes");
  limits = {};
  limits.ratio = 900;
  EXPECT_EQ(code_of(decompress(bomb, limits)), "stream.ratio");
  EXPECT_TRUE(decompress(bomb));
}

}  // namespace
}  // namespace tallyman
