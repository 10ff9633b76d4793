#include <gmock/gmock.h>

#include "stream/decompress_test_support.h"
#include "stream/tar.h"
#include "stream/tar_test_support.h"

namespace tallyman {
namespace {

using testing_support::code_of;
using testing_support::pax_record;
using testing_support::read_tar;
using testing_support::TarBlock;
using testing_support::TarBuilder;

struct Region {
  std::uint64_t offset;
  std::string data;
};
using Regions = std::vector<Region>;

std::string stored(const Regions& regions) {
  std::string all;
  for (const Region& region : regions) all += region.data;
  return all;
}

std::string expanded(const Regions& regions, std::uint64_t size) {
  std::string all(size, '\0');
  for (const Region& region : regions) all.replace(region.offset, region.data.size(), region.data);
  return all;
}

std::string entry(const Region& region) {
  return TarBlock::octal(region.offset, 11) + '\0' + TarBlock::octal(region.data.size(), 11) + '\0';
}

std::string old_gnu(const Regions& regions, std::uint64_t size) {
  std::string block =
      TarBlock{.name = "f", .type = 'S', .size = stored(regions).size(), .magic = {"ustar  \0", 8}}
          .bytes();
  std::string extensions;
  for (std::size_t i = 0; i < regions.size(); ++i) {
    if (i < 4) {
      TarBlock::put(block, 386 + i * 24, entry(regions[i]));
      continue;
    }
    if ((i - 4) % 21 == 0) {
      (i == 4 ? block[482] : extensions[extensions.size() - 512 + 504]) = 1;
      extensions += std::string(512, '\0');
    }
    TarBlock::put(extensions, extensions.size() - 512 + (i - 4) % 21 * 24, entry(regions[i]));
  }
  TarBlock::put(block, 483, TarBlock::octal(size, 11));
  TarBlock::sign(block);
  return block + extensions + testing_support::padded(stored(regions)) + std::string(1024, '\0');
}

std::string pax_0_0(const Regions& regions, std::uint64_t size) {
  std::string records = pax_record("GNU.sparse.size", std::to_string(size)) +
                        pax_record("GNU.sparse.numblocks", std::to_string(regions.size()));
  for (const Region& region : regions) {
    records += pax_record("GNU.sparse.offset", std::to_string(region.offset)) +
               pax_record("GNU.sparse.numbytes", std::to_string(region.data.size()));
  }
  return TarBuilder().pax(records).file("f", stored(regions)).finish();
}

std::string list(const Regions& regions, char separator) {
  std::string text;
  for (const Region& region : regions) {
    text +=
        std::to_string(region.offset) + separator + std::to_string(region.data.size()) + separator;
  }
  return text;
}

std::string pax_0_1(const Regions& regions, std::uint64_t size) {
  std::string map = list(regions, ',');
  map.pop_back();
  return TarBuilder()
      .pax(pax_record("GNU.sparse.size", std::to_string(size)) +
           pax_record("GNU.sparse.name", "f") + pax_record("GNU.sparse.map", map))
      .file("GNUSparseFile.1/f", stored(regions))
      .finish();
}

std::string pax_1_0(const std::string& map, const std::string& data, std::uint64_t size) {
  return TarBuilder()
      .pax(pax_record("GNU.sparse.major", "1") + pax_record("GNU.sparse.minor", "0") +
           pax_record("GNU.sparse.name", "f") +
           pax_record("GNU.sparse.realsize", std::to_string(size)))
      .file("GNUSparseFile.1/f", testing_support::padded(map) + data)
      .finish();
}

std::string pax_1_0(const Regions& regions, std::uint64_t size) {
  return pax_1_0(std::to_string(regions.size()) + "\n" + list(regions, '\n'), stored(regions),
                 size);
}

using Maker = std::string (*)(const Regions&, std::uint64_t);
const std::vector<std::pair<std::string, Maker>>& makers() {
  static const std::vector<std::pair<std::string, Maker>> kMakers = {
      {"old", old_gnu}, {"0.0", pax_0_0}, {"0.1", pax_0_1}, {"1.0", pax_1_0}};
  return kMakers;
}

TEST(TarSparse, ReadsEveryForm) {
  Regions few = {{0, "abc"}, {5000, std::string(700, 'x')}, {9000, ""}};
  Regions many;
  for (std::uint64_t i = 0; i < 100; ++i) many.push_back({i * 100, std::to_string(i)});
  for (const auto& [name, make] : makers()) {
    for (const Regions& regions : {few, many}) {
      for (std::size_t piece : std::initializer_list<std::size_t>{1, 511, 100000}) {
        auto members = read_tar(make(regions, 10000), {}, {piece});
        ASSERT_TRUE(members) << name << ": " << describe(members.error());
        ASSERT_EQ(members->size(), 1) << name;
        const TarMember& member = members->at(0).member;
        EXPECT_TRUE(member.sparse);
        EXPECT_EQ(member.path, "f");
        EXPECT_EQ(member.size, 10000);
        EXPECT_LT(member.stored_size, 5000);
        EXPECT_TRUE(members->at(0).content == expanded(regions, 10000)) << name;
      }
    }
  }
}

TEST(TarSparse, SkipsWhatNobodyAskedFor) {
  for (const auto& [name, make] : makers()) {
    std::string bytes = make({{5000, "abc"}}, 10000);
    bytes.resize(bytes.size() - 1024);
    bytes += TarBuilder().file("next", "x").finish();
    testing_support::PieceSource source(bytes, {1000});
    TarReader reader(source, Limits{});
    EXPECT_TRUE(*reader.next());
    EXPECT_EQ((*reader.next())->path, "next") << name;
    EXPECT_EQ(as_text(*reader.content()), "x");
  }
}

TEST(TarSparse, RefusesMapsThatLie) {
  for (const auto& [name, make] : makers()) {
    EXPECT_EQ(code_of(read_tar(make({{100, "abc"}, {101, "abc"}}, 1000))), "tar.malformed") << name;
    EXPECT_EQ(code_of(read_tar(make({{100, "abc"}, {50, "abc"}}, 1000))), "tar.malformed") << name;
    EXPECT_EQ(code_of(read_tar(make({{998, "abc"}}, 1000))), "tar.malformed") << name;
  }
  // More or less stored than the map says.
  EXPECT_EQ(code_of(read_tar(pax_1_0("1\n0\n4\n", "abc", 1000))), "tar.malformed");
  EXPECT_EQ(code_of(read_tar(pax_1_0("1\n0\n2\n", "abc", 1000))), "tar.malformed");
}

TEST(TarSparse, RefusesTextThatIsNoMap) {
  for (const char* map : {"", "x", "\n", "-1\n", "1\n", "1\n5\n", "1\n5\nx\n", "1\n\n\n",
                          "1234567890123456789012\n", "0000000000000000000000000001\n0\n3\n"}) {
    EXPECT_EQ(code_of(read_tar(pax_1_0(map, "abc", 1000))), "tar.malformed") << map;
  }
  // A region count whose text fills whole blocks and never ends.
  EXPECT_EQ(code_of(read_tar(pax_1_0(std::string(2048, '1'), "", 1000))), "tar.malformed");
  for (const std::string& records :
       {pax_record("GNU.sparse.map", "1"), pax_record("GNU.sparse.map", "1,x"),
        pax_record("GNU.sparse.map", "0,1,2"), pax_record("GNU.sparse.numbytes", "1"),
        pax_record("GNU.sparse.offset", "1"), pax_record("GNU.sparse.size", "-1"),
        pax_record("GNU.sparse.offset", "1") + pax_record("GNU.sparse.offset", "1"),
        pax_record("GNU.sparse.name", std::string_view("a\0b", 3))}) {
    EXPECT_EQ(code_of(read_tar(TarBuilder().pax(records).file("f", "abc").finish())),
              "tar.malformed")
        << records;
  }
}

TEST(TarSparse, UnknownVersionsAreOrdinaryFiles) {
  std::string records = pax_record("GNU.sparse.major", "2") + pax_record("GNU.sparse.minor", "0");
  auto members = *read_tar(TarBuilder().pax(records).file("f", "abc").finish());
  EXPECT_FALSE(members.at(0).member.sparse);
  EXPECT_EQ(members.at(0).content, "abc");
}

TEST(TarSparse, BoundsRegions) {
  Regions regions;
  for (std::uint64_t i = 0; i < 50; ++i) regions.push_back({i * 10, "a"});
  Limits limits;
  for (const auto& [name, make] : makers()) {
    limits.sparse_regions = 50;
    EXPECT_EQ(code_of(read_tar(make(regions, 1000), limits)), "") << name;
    limits.sparse_regions = 49;
    EXPECT_EQ(code_of(read_tar(make(regions, 1000), limits)), "tar.sparse") << name;
  }
  EXPECT_EQ(code_of(read_tar(pax_1_0("100000000\n", "", 1000))), "tar.sparse");
}

TEST(TarSparse, NeverTakesATruncatedMapForAWholeOne) {
  Regions regions;
  for (std::uint64_t i = 0; i < 40; ++i) regions.push_back({i * 100, "ab"});
  for (const auto& [name, make] : makers()) {
    std::string bytes = make(regions, 10000);
    bytes.resize(bytes.size() - 1024);
    for (std::size_t size = 1; size < bytes.size(); ++size) {
      EXPECT_EQ(code_of(read_tar(std::string_view(bytes).substr(0, size))), "tar.truncated")
          << name << " " << size;
    }
  }
}

}  // namespace
}  // namespace tallyman
