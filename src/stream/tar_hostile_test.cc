// What a stranger's archive may not do: every bound crossed, every byte missing, every bit flipped.

#include <gmock/gmock.h>

#include <random>

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

std::string mixed_archive() {
  TarBuilder tar;
  tar.add({.name = "dir/", .type = '5'});
  tar.pax(pax_record("path", "dir/" + std::string(200, 'p')) + pax_record("size", "600"));
  tar.file("cut", std::string(600, 'a'));
  tar.gnu('K', std::string(120, 't')).gnu('L', std::string(120, 'l'));
  tar.add({.name = "link", .type = '2'});
  tar.pax(pax_record("GNU.sparse.map", "10,2,20,1") + pax_record("GNU.sparse.size", "30"));
  tar.file("sparse", "abc");
  return tar.bytes();
}

// Where the archive may end without anybody noticing: between members.
bool is_boundary(const std::string& bytes, std::size_t size) {
  auto members = *read_tar(bytes);
  for (const auto& read : members) {
    if (read.member.offset == size) return true;
  }
  return size == bytes.size();
}

TEST(TarHostile, NeverTakesATruncatedArchiveForAWholeOne) {
  std::string bytes = mixed_archive();
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    bool whole = size % 512 == 0 && is_boundary(bytes, size);
    EXPECT_EQ(code_of(read_tar(std::string_view(bytes).substr(0, size))),
              whole ? "" : "tar.truncated")
        << size;
  }
}

TEST(TarHostile, HandsOnTheSourcesErrorAndStaysFailed) {
  std::string bytes = mixed_archive();
  for (std::size_t size = 0; size <= bytes.size(); size += 13) {
    testing_support::FailingReader reader(as_bytes(bytes).first(size));
    // The source's error comes before a byte is seen, in the middle, or instead of the end.
    auto source = Decompressor::open(reader, Limits{});
    if (!source) continue;
    EXPECT_EQ(code_of(read_tar(**source)), "test.broken") << size;
  }
  std::string cut = bytes.substr(0, 1300);
  testing_support::PieceSource source(cut, {100});
  TarReader reader(source, Limits{});
  EXPECT_TRUE(*reader.next());
  EXPECT_EQ(code_of(reader.next()), "tar.truncated");
  EXPECT_EQ(code_of(reader.next()), "tar.truncated");
  EXPECT_EQ(code_of(reader.content()), "tar.truncated");
}

TEST(TarHostile, FlippedBitsNeverCrash) {
  std::string bytes = mixed_archive() + std::string(1024, '\0');
  std::mt19937_64 random(3);
  for (int round = 0; round < 4000; ++round) {
    std::string wrong = bytes;
    for (std::uint64_t flips = 1 + random() % 4; flips > 0; --flips) {
      wrong[random() % wrong.size()] ^= static_cast<char>(1 << (random() % 8));
    }
    // Half of them with right checksums, so that the damage gets past the first gate.
    for (std::size_t at = 0; round % 2 == 0 && at + 512 <= wrong.size(); at += 512) {
      std::string block = wrong.substr(at, 512);
      if (block.substr(257, 5) != "ustar") continue;
      TarBlock::sign(block);
      wrong.replace(at, 512, block);
    }
    Result<std::vector<testing_support::ReadMember>> read = read_tar(wrong);
    if (!read) {
      EXPECT_THAT(read.error().code, testing::StartsWith("tar."));
    }
  }
}

TEST(TarHostile, RefusesMalformedPax) {
  for (const std::string& records :
       {std::string("x"), std::string("5"), std::string("0 a=b\n"), std::string("3 \n\n"),
        std::string("6 a=b\n6"), std::string("7 a=b\n"), std::string("5 a=b\n"),
        std::string("6 a.b\n"), std::string("5 =b\n"), std::string("-6 a=b\n"),
        std::string("99999999999999999999 a=b\n"), std::string("18446744073709551615 a=b\n"),
        std::string(600, '1'), pax_record("size", "-1"), pax_record("size", "1.5"),
        pax_record("size", "9223372036854775808"), pax_record("size", "99999999999999999999"),
        pax_record("path", std::string_view("a\0b", 3)),
        pax_record("linkpath", std::string_view("a\0b", 3))}) {
    for (char type : {'x', 'g'}) {
      std::string bytes = TarBuilder().pax(records, type).file("f", "x").finish();
      EXPECT_EQ(code_of(read_tar(bytes)), "tar.malformed") << records;
    }
  }
}

TEST(TarHostile, MetadataWithoutAMemberIsNoEnd) {
  std::string pax = TarBuilder().pax(pax_record("path", "x")).bytes();
  EXPECT_EQ(code_of(read_tar(pax)), "tar.truncated");
  EXPECT_EQ(code_of(read_tar(pax + std::string(1024, '\0'))), "tar.truncated");
}

TEST(TarHostile, BoundsMetadata) {
  Limits limits;
  limits.metadata_bytes = 2000;
  for (char type : {'x', 'g', 'L', 'K'}) {
    // A size that is claimed is enough: nothing of it is read.
    std::string claim = TarBlock{.name = "x", .type = type, .size = 2ULL << 30}.bytes();
    EXPECT_EQ(code_of(read_tar(claim)), "tar.metadata") << type;
    std::string small = TarBuilder().add({.name = "x", .type = type}, pax_record("a", "b")).bytes();
    EXPECT_EQ(code_of(read_tar(small + TarBuilder().file("f", "").bytes(), limits)), "") << type;
    std::string chain;
    for (int i = 0; i < 4; ++i) chain += small;
    EXPECT_EQ(code_of(read_tar(chain + TarBuilder().file("f", "").bytes(), limits)), "tar.metadata")
        << type;
  }
}

TEST(TarHostile, BoundsExtendedAttributes) {
  const Limits limits;
  std::string records;
  for (std::size_t i = 0; i < limits.xattrs; ++i) {
    records += pax_record("SCHILY.xattr.user.a" + std::to_string(i), "v");
  }
  EXPECT_EQ(code_of(read_tar(TarBuilder().pax(records).file("f", "").finish())), "");
  records += pax_record("LIBARCHIVE.xattr.user.b", "v");
  EXPECT_EQ(code_of(read_tar(TarBuilder().pax(records).file("f", "").finish())), "tar.metadata");
  for (std::size_t over : std::initializer_list<std::size_t>{0, 1}) {
    records = pax_record("SCHILY.xattr.user.a", std::string(limits.xattr_bytes + over, 'v'));
    EXPECT_EQ(code_of(read_tar(TarBuilder().pax(records).file("f", "").finish())),
              over == 0 ? "" : "tar.metadata");
  }
}

TEST(TarHostile, BoundsEntries) {
  Limits limits;
  limits.entries = 2;
  TarBuilder tar;
  tar.file("a", "").file("b", "");
  EXPECT_EQ(code_of(read_tar(tar.finish(), limits)), "");
  tar.file("c", "");
  EXPECT_EQ(code_of(read_tar(tar.finish(), limits)), "tar.entries");
}

TEST(TarHostile, BoundsPaths) {
  Limits limits;
  limits.path_bytes = 1000;
  limits.path_depth = 10;
  auto with_path = [&](const std::string& key, const std::string& path) {
    return code_of(read_tar(
        TarBuilder().pax(pax_record(key, path)).add({.name = "f", .type = '2'}).finish(), limits));
  };
  std::string deep = "a/a/a/a/a/a/a/a/a/a/a";  // ten slashes
  for (const char* key : {"path", "linkpath"}) {
    EXPECT_EQ(with_path(key, std::string(1000, 'a')), "");
    EXPECT_EQ(with_path(key, std::string(1001, 'a')), "tar.path");
    EXPECT_EQ(with_path(key, deep), "");
    EXPECT_EQ(with_path(key, deep + "/a"), "tar.path");
  }
  EXPECT_EQ(code_of(read_tar(TarBuilder().gnu('L', std::string(1001, 'a')).file("f", "").finish(),
                             limits)),
            "tar.path");
  std::string sparse =
      pax_record("GNU.sparse.map", "0,1") + pax_record("GNU.sparse.name", std::string(1001, 'a'));
  EXPECT_EQ(code_of(read_tar(TarBuilder().pax(sparse).file("f", "x").finish(), limits)),
            "tar.path");
}

TEST(TarHostile, HugeSizesEndAsTruncated) {
  for (const char* size : {"9223372036854775807", "9223372036854775296"}) {
    std::string bytes = TarBuilder().pax(pax_record("size", size)).file("f", "x").finish();
    EXPECT_EQ(code_of(read_tar(bytes)), "tar.truncated");
  }
}

TEST(TarHostile, ErrorsNameTheOffset) {
  std::string bytes = TarBuilder().file("a", "x").bytes() + std::string(512, 'x');
  EXPECT_THAT(read_tar(bytes).error().context, testing::HasSubstr("tar byte 1536: "));
}

}  // namespace
}  // namespace tallyman
