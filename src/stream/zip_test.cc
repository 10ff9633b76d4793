#include "stream/zip.h"

#include <gmock/gmock.h>

#include <atomic>
#include <random>
#include <thread>

#include "stream/decompress_test_support.h"
#include "stream/zip_test_support.h"

namespace tallyman {
namespace {

using testing_support::code_of;
using testing_support::little;
using testing_support::sample_text;
using testing_support::zip;
using testing_support::ZipEntry;

constexpr std::size_t kMost = 100;
constexpr std::size_t kLimit = 1 << 20;

// Every member's content, or the first error.
Result<std::vector<std::string>> contents(std::string_view file, std::size_t limit = kLimit) {
  ZipArchive archive = TRY(ZipArchive::open(as_bytes(file), kMost));
  std::vector<std::string> all;
  Bytes content;
  for (const ZipMember& member : archive.members()) {
    TRY(archive.extract(member, limit, content));
    all.emplace_back(as_text(content));
  }
  return all;
}

std::string code(const ZipEntry& entry) { return code_of(contents(zip({entry}))); }

TEST(Zip, ReadsStoredAndDeflatedMembersInDirectoryOrder) {
  std::string text = sample_text(300000);
  std::string file = zip({{"b.json", text},
                          {"a/", "", false},
                          {"a/stored", "abc", false},
                          {"empty", ""},
                          {"nothing", "", false}});
  auto archive = *ZipArchive::open(as_bytes(file), kMost);
  ASSERT_EQ(archive.members().size(), 5);
  EXPECT_EQ(archive.members()[0].name, "b.json");
  EXPECT_EQ(archive.members()[0].size, 300000);
  EXPECT_EQ(archive.members()[2].name, "a/stored");
  EXPECT_THAT(*contents(file), testing::ElementsAre(text, "", "abc", "", ""));
}

TEST(Zip, ReadsEmptyArchivesAndComments) {
  EXPECT_THAT(*contents(zip({})), testing::IsEmpty());
  EXPECT_EQ(contents(zip({{"a", "x"}}, {.comment = std::string(65535, 'c')}))->size(), 1);
  EXPECT_EQ(contents(zip({{"a", "x"}}, {.comment = "PK\x05\x06 and no more"}))->size(), 1);
}

TEST(Zip, ReadsZip64) {
  ZipEntry entry("big", "content");
  entry.zip64 = true;
  std::string file = zip({{"small", "x"}, entry}, {.zip64 = true, .comment = ""});
  EXPECT_THAT(*contents(file), testing::ElementsAre("x", "content"));
  entry.zip64 = false;
  entry.size = 0xffffffff;  // "see the extra field", which is not there
  EXPECT_EQ(code(entry), "zip.malformed");
}

TEST(Zip, UsesMemoryAgain) {
  std::string file = zip({{"long", sample_text(5000)}, {"short", "x"}});
  auto archive = *ZipArchive::open(as_bytes(file), kMost);
  Bytes content;
  ASSERT_TRUE(archive.extract(archive.members()[0], kLimit, content));
  ASSERT_TRUE(archive.extract(archive.members()[1], kLimit, content));
  EXPECT_EQ(as_text(content), "x");
}

TEST(Zip, RefusesOverlaps) {
  // Two records for one member, and a member inside another's data.
  std::string whole = zip({{"a", sample_text(500), false}, {"b", "x", false}});
  ZipEntry second("b", "x", false);
  second.header_shift = -static_cast<std::int64_t>(500 + 30 + 1 + 6);
  EXPECT_EQ(code_of(contents(zip({{"a", sample_text(500), false}, second}))), "zip.overlap");
  second.header_shift = -10;
  EXPECT_EQ(code_of(contents(zip({{"a", sample_text(500), false}, second}))), "zip.overlap");
  // One that reaches into the directory, and one that lies behind it.
  ZipEntry last("b", "x", false);
  last.compressed_size = 60;
  EXPECT_EQ(code(last), "zip.overlap");
  last.compressed_size = 1;
  last.header_shift = 1 << 20;
  EXPECT_EQ(code(last), "zip.overlap");
}

TEST(Zip, ALocalHeaderCannotMoveDataIntoTheNextMember) {
  std::string file = zip({{"a", "abc", false}, {"b", "x", false}});
  file.replace(28, 2, little(12, 2));  // the local extra field's length
  EXPECT_EQ(code_of(contents(file)), "zip.malformed");
  file = zip({{"a", "abc", false}});
  file[0] = 'Q';
  EXPECT_EQ(code_of(contents(file)), "zip.malformed");
}

TEST(Zip, RefusesWhatItCannotOrMustNotRead) {
  ZipEntry entry("a", "content");
  entry.method = 12;
  EXPECT_EQ(code(entry), "zip.method");
  entry = {"a", "content"};
  entry.flags = 1;
  EXPECT_EQ(code(entry), "zip.encrypted");
  entry = {"a", "content"};
  entry.crc ^= 1;
  EXPECT_EQ(code(entry), "zip.checksum");
}

TEST(Zip, RefusesSizesThatLie) {
  for (std::int64_t by : {-7, -1, 1, 100}) {
    ZipEntry packed("a", "content");
    packed.size += static_cast<std::uint64_t>(by);
    EXPECT_EQ(code(packed), "zip.malformed") << by;
    ZipEntry stored("a", "content", false);
    stored.size += static_cast<std::uint64_t>(by);
    EXPECT_EQ(code(stored), "zip.malformed") << by;
  }
  // Fewer compressed bytes than there are.
  ZipEntry cut("a", sample_text(1000));
  cut.compressed_size -= 10;
  EXPECT_EQ(code(cut), "zip.malformed");
  // More than deflate can make of them: refused before memory is taken for it.
  ZipEntry bomb("a", "content");
  bomb.size = 900 << 20;
  EXPECT_EQ(code_of(contents(zip({bomb}), std::size_t{1} << 30)), "zip.malformed");
}

TEST(Zip, BoundsMembersAndSizes) {
  std::vector<ZipEntry> entries(kMost, ZipEntry("a", "x"));
  EXPECT_TRUE(contents(zip(entries)));
  entries.emplace_back("b", "x");
  EXPECT_EQ(code_of(contents(zip(entries))), "zip.members");
  EXPECT_EQ(code_of(contents(zip({{"a", std::string(1001, 'x')}}), 1000)), "zip.member_size");
  EXPECT_TRUE(contents(zip({{"a", std::string(1000, 'x')}}), 1000));
  ZipEntry huge("a", "x");
  huge.zip64 = true;
  huge.size = 1ULL << 40;
  EXPECT_EQ(code_of(contents(zip({huge}), SIZE_MAX)), "zip.member_size");
}

TEST(Zip, RefusesADirectoryThatIsNotThere) {
  std::string file = zip({{"a", "x"}});
  std::size_t end = file.size() - 22;
  std::string more = file;
  more.replace(end + 8, 4, little(2, 2) + little(2, 2));
  EXPECT_EQ(code_of(contents(more)), "zip.malformed");
  std::string far = file;
  far.replace(end + 16, 4, little(1 << 20, 4));
  EXPECT_EQ(code_of(contents(far)), "zip.truncated");
  std::string disk = file;
  disk[end + 4] = 1;
  EXPECT_EQ(code_of(contents(disk)), "zip.malformed");
}

TEST(Zip, NeverTakesATruncatedFileForAWholeOne) {
  for (bool zip64 : {false, true}) {
    ZipEntry entry("b", "content");
    entry.zip64 = zip64;
    std::string file = zip({{"a", sample_text(300)}, entry}, {.zip64 = zip64, .comment = "end"});
    for (std::size_t size = 0; size < file.size(); ++size) {
      EXPECT_FALSE(contents(std::string_view(file).substr(0, size))) << size;
    }
  }
}

TEST(Zip, FlippedBitsNeverCrash) {
  std::string file = zip({{"a", sample_text(300)}, {"b", "x", false}}, {.zip64 = true});
  std::mt19937_64 random(5);
  for (int round = 0; round < 5000; ++round) {
    std::string wrong = file;
    for (std::uint64_t flips = 1 + random() % 3; flips > 0; --flips) {
      wrong[random() % wrong.size()] ^= static_cast<char>(1 << (random() % 8));
    }
    auto read = contents(wrong);
    if (read && read->size() == 2) {
      EXPECT_EQ(read->at(0), sample_text(300));
      EXPECT_EQ(read->at(1), "x");
    }
  }
}

TEST(Zip, ExtractsFromManyThreads) {
  std::vector<ZipEntry> entries;
  for (unsigned i = 0; i < 50; ++i) entries.emplace_back("m", sample_text(1000 + 100 * i));
  std::string file = zip(entries);
  auto archive = *ZipArchive::open(as_bytes(file), kMost);
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      Bytes content;
      for (const ZipMember& member : archive.members()) {
        if (archive.extract(member, kLimit, content)) ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 200);
}

}  // namespace
}  // namespace tallyman
