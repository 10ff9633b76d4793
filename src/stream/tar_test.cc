#include "stream/tar.h"

#include <gmock/gmock.h>

#include <random>

#include "stream/decompress_test_support.h"
#include "stream/tar_test_support.h"

namespace tallyman {
namespace {

using testing_support::code_of;
using testing_support::pax_record;
using testing_support::read_tar;
using testing_support::ReadMember;
using testing_support::TarBlock;
using testing_support::TarBuilder;

constexpr std::string_view kGnu{"ustar  \0", 8};
constexpr std::string_view kV7{"\0\0\0\0\0\0\0\0", 8};

// The only member of the archive.
ReadMember only(const TarBuilder& tar) {
  Result<std::vector<ReadMember>> members = read_tar(tar.finish());
  if (!members) {
    ADD_FAILURE() << describe(members.error());
    return {};
  }
  EXPECT_EQ(members->size(), 1);
  return members->empty() ? ReadMember{} : members->front();
}

TEST(Tar, ReadsMembersInOrder) {
  TarBuilder tar;
  tar.add({.name = "dir/", .type = '5'});
  tar.file("dir/empty", "");
  tar.file("dir/file", std::string(1000, 'x'));
  tar.add({.name = "dir/soft", .type = '2', .link_target = "../file"});
  tar.add({.name = "dir/hard", .type = '1', .link_target = "dir/file"});
  tar.add({.name = "dir/fifo", .type = '6'});
  auto members = *read_tar(tar.finish());
  ASSERT_EQ(members.size(), 6);
  EXPECT_EQ(members[0].member.type, TarType::directory);
  EXPECT_EQ(members[0].member.path, "dir/");
  EXPECT_EQ(members[1].member.type, TarType::file);
  EXPECT_EQ(members[2].content, std::string(1000, 'x'));
  EXPECT_EQ(members[2].member.size, 1000);
  EXPECT_EQ(members[2].member.stored_size, 1000);
  EXPECT_EQ(members[2].member.offset, 1024);
  EXPECT_EQ(members[3].member.type, TarType::symlink);
  EXPECT_EQ(members[3].member.link_target, "../file");
  EXPECT_EQ(members[4].member.type, TarType::hardlink);
  EXPECT_EQ(members[4].member.link_target, "dir/file");
  EXPECT_EQ(members[5].member.type, TarType::other);
}

TEST(Tar, SkipsContentNobodyAskedFor) {
  TarBuilder tar;
  tar.file("a", std::string(3000, 'a')).file("b", "b").file("c", std::string(512, 'c'));
  std::string bytes = tar.finish();
  testing_support::PieceSource source(bytes, {700});
  TarReader reader(source, Limits{});
  EXPECT_EQ((*reader.next())->path, "a");
  EXPECT_EQ((*reader.next())->path, "b");
  EXPECT_EQ(as_text(*reader.content()), "b");
  EXPECT_EQ((*reader.next())->path, "c");
  EXPECT_EQ(*reader.next(), std::nullopt);
  EXPECT_EQ(*reader.next(), std::nullopt);
  EXPECT_EQ(reader.entries(), 3);
}

TEST(Tar, NamesEndAtNulOrFieldEnd) {
  std::string hundred(100, 'n');
  EXPECT_EQ(only(TarBuilder().file(hundred, "x")).member.path, hundred);
  std::string prefix(155, 'p');
  EXPECT_EQ(only(TarBuilder().add({.name = hundred, .prefix = prefix})).member.path,
            prefix + "/" + hundred);
  EXPECT_EQ(
      only(TarBuilder().add({.name = "n", .prefix = "not a prefix", .magic = kGnu})).member.path,
      "n");
  EXPECT_EQ(
      only(TarBuilder().add({.name = "n", .prefix = "not a prefix", .magic = kV7})).member.path,
      "n");
}

TEST(Tar, TrailingSlashMakesADirectoryInV7Only) {
  EXPECT_EQ(only(TarBuilder().add({.name = "d/", .type = '\0', .magic = kV7})).member.type,
            TarType::directory);
  EXPECT_EQ(only(TarBuilder().add({.name = "f", .type = '\0', .magic = kV7})).member.type,
            TarType::file);
  EXPECT_EQ(only(TarBuilder().add({.name = "f/"})).member.type, TarType::file);
}

TEST(Tar, OtherTypesAreSkippedWithTheirContent) {
  TarBuilder tar;
  for (char type : {'V', 'M', 'A', 'Z'}) tar.add({.name = "x", .type = type}, "content");
  tar.add({.name = "contiguous", .type = '7'}, "content");
  auto members = *read_tar(tar.finish());
  ASSERT_EQ(members.size(), 5);
  EXPECT_EQ(members[0].member.type, TarType::other);
  EXPECT_EQ(members[4].member.type, TarType::file);
  EXPECT_EQ(members[4].content, "content");
}

TEST(Tar, HeaderOnlyTypesHaveNoContentWhateverTheirSize) {
  for (char type : {'1', '2', '3', '4', '5', '6'}) {
    for (bool pax : {false, true}) {
      TarBuilder tar;
      if (pax) tar.pax(pax_record("size", "5000"));
      tar.raw(TarBlock{.name = "x", .type = type, .size = 5000}.bytes());
      tar.file("next", "y");
      auto members = *read_tar(tar.finish());
      ASSERT_EQ(members.size(), 2) << type;
      EXPECT_EQ(members[0].member.size, 0);
      EXPECT_EQ(members[1].member.path, "next");
    }
  }
}

TEST(Tar, ReadsNumbersInEveryForm) {
  struct Row {
    std::string field;
    std::string_view code;
  };
  std::string base256(12, '\0');
  base256[0] = '\x80';
  base256[11] = 3;
  std::string negative(12, '\xff');
  std::string huge(12, '\xff');
  huge[0] = '\x80';
  for (const Row& row : std::initializer_list<Row>{{"00000000003", ""},
                                                   {"000000000003", ""},
                                                   {"          3 ", ""},
                                                   {"3", ""},
                                                   {"3 ", ""},
                                                   {std::string("\0\0003\0", 4), ""},
                                                   {base256, ""},
                                                   {negative, "tar.malformed"},
                                                   {huge, "tar.malformed"},
                                                   {"-0000000003", "tar.malformed"},
                                                   {"0000000000x", "tar.malformed"},
                                                   {"3x", "tar.malformed"},
                                                   {"8", "tar.malformed"}}) {
    std::string tar = TarBlock{.name = "f", .size_field = row.field}.bytes() +
                      testing_support::padded("abc") + std::string(1024, '\0');
    auto members = read_tar(tar);
    EXPECT_EQ(code_of(members), row.code) << row.field;
    if (members) {
      EXPECT_EQ(members->at(0).content, "abc") << row.field;
    }
  }
}

TEST(Tar, ReadsPaxRecords) {
  std::string path = "deep/" + std::string(300, 'p') + "/\xc3\xa4=\n";
  TarBuilder tar;
  tar.pax(pax_record("mtime", "1.5") + pax_record("path", path) + pax_record("size", "4") +
          pax_record("hdrcharset", "BINARY") + pax_record("SCHILY.xattr.user.a", "v=\0"));
  tar.raw(TarBlock{.name = "short", .size = 0}.bytes() + testing_support::padded("body"));
  tar.pax(pax_record("linkpath", path));
  tar.add({.name = "link", .type = '2', .link_target = "short"});
  tar.file("plain", "x");
  auto members = *read_tar(tar.finish());
  ASSERT_EQ(members.size(), 3);
  EXPECT_EQ(members[0].member.path, path);
  EXPECT_EQ(members[0].content, "body");
  EXPECT_EQ(members[0].member.offset, 0);
  EXPECT_EQ(members[1].member.link_target, path);
  EXPECT_EQ(members[1].member.path, "link");
  EXPECT_EQ(members[2].member.path, "plain");
}

TEST(Tar, PaxSizeWinsAndTheDisputeIsTold) {
  std::string inner = TarBuilder().file("smuggled", "x").bytes();
  TarBuilder tar;
  tar.pax(pax_record("size", std::to_string(inner.size())));
  tar.raw(TarBlock{.name = "outer", .size = 0}.bytes() + inner);
  auto members = *read_tar(tar.finish());
  ASSERT_EQ(members.size(), 1);
  EXPECT_EQ(members[0].content, inner);
  EXPECT_TRUE(members[0].member.size_disputed);
  EXPECT_FALSE(only(TarBuilder().pax(pax_record("size", "1")).file("a", "b")).member.size_disputed);
}

TEST(Tar, GlobalRecordsApplyUntilOverruled) {
  TarBuilder tar;
  tar.pax(pax_record("comment", "a commit") + pax_record("path", "global"), 'g');
  tar.file("first", "x");
  tar.pax(pax_record("path", "own")).file("second", "x");
  tar.pax(pax_record("path", "")).file("third", "x");
  tar.pax(pax_record("path", ""), 'g').file("fourth", "x");
  auto members = *read_tar(tar.finish());
  ASSERT_EQ(members.size(), 4);
  EXPECT_EQ(members[0].member.path, "global");
  EXPECT_EQ(members[1].member.path, "own");
  EXPECT_EQ(members[2].member.path, "third");
  EXPECT_EQ(members[3].member.path, "fourth");
}

TEST(Tar, ReadsGnuLongNames) {
  std::string name(500, 'n');
  std::string target(600, 't');
  TarBuilder tar;
  tar.gnu('K', target).gnu('L', name);
  tar.add({.name = "cut", .type = '2', .link_target = "cut", .magic = kGnu});
  tar.file("plain", "");
  auto members = *read_tar(tar.finish());
  ASSERT_EQ(members.size(), 2);
  EXPECT_EQ(members[0].member.path, name);
  EXPECT_EQ(members[0].member.link_target, target);
  EXPECT_EQ(members[0].member.offset, 0);
  EXPECT_EQ(members[1].member.path, "plain");
}

TEST(Tar, PaxBeatsGnuBeatsUstar) {
  auto path_of = [](bool pax, bool gnu) {
    TarBuilder tar;
    if (pax) tar.pax(pax_record("path", "pax"));
    if (gnu) tar.gnu('L', "gnu");
    return only(tar.file("ustar", "")).member.path;
  };
  EXPECT_EQ(path_of(false, false), "ustar");
  EXPECT_EQ(path_of(false, true), "gnu");
  EXPECT_EQ(path_of(true, false), "pax");
  EXPECT_EQ(path_of(true, true), "pax");
}

TEST(Tar, AcceptsSignedChecksums) {
  std::string block = TarBlock{.name = "caf\xc3\xa9"}.bytes();
  TarBlock::put(block, 148, "        ");
  std::int64_t sum = 0;
  for (char c : block) sum += static_cast<signed char>(c);
  TarBlock::put(block, 148, TarBlock::octal(static_cast<std::uint64_t>(sum), 6));
  EXPECT_EQ(only(TarBuilder().raw(block)).member.path, "caf\xc3\xa9");
  block[0] = 'x';
  EXPECT_EQ(code_of(read_tar(block)), "tar.checksum");
}

TEST(Tar, EndsCleanlyInEveryAcceptedWay) {
  std::string members = TarBuilder().file("a", "x").bytes();
  for (const std::string& end :
       {std::string(), std::string(512, '\0'), std::string(1024, '\0'), std::string(10240, '\0'),
        std::string(1024, '\0') + "anything", std::string(1024, '\0') + members}) {
    auto read = read_tar(members + end);
    ASSERT_TRUE(read) << end.size();
    EXPECT_EQ(read->size(), 1) << end.size();
  }
  EXPECT_TRUE(read_tar("")->empty());
  EXPECT_EQ(code_of(read_tar(members + std::string(512, '\0') + members)), "tar.malformed");
}

TEST(Tar, DrainsWhatFollowsTheEnd) {
  std::string bytes = TarBuilder().file("a", "x").finish() + std::string(100000, 'z');
  MemoryReader memory(as_bytes(bytes));
  auto source = *Decompressor::open(memory, Limits{});
  TarReader reader(*source, Limits{});
  while (*reader.next()) continue;
  EXPECT_EQ(source->bytes_out(), bytes.size());
}

TEST(Tar, SameMembersWhateverTheChunks) {
  TarBuilder tar;
  std::mt19937_64 random(7);
  for (unsigned i = 0; i < 40; ++i) {
    std::string name = "member-" + std::to_string(i);
    if (i % 3 == 0) tar.pax(pax_record("path", name + std::string(i * 40, 'p')));
    if (i % 5 == 0) tar.gnu('L', name + std::string(i * 30, 'l'));
    tar.file(name, testing_support::sample_text(random() % 3000));
  }
  std::string bytes = tar.finish();
  auto whole = *read_tar(bytes);
  ASSERT_EQ(whole.size(), 40);
  for (int round = 0; round < 60; ++round) {
    std::vector<std::size_t> sizes;
    for (int i = 0; i < 17; ++i) sizes.push_back(1 + random() % (round < 20 ? 7 : 1200));
    auto pieces = *read_tar(bytes, {}, sizes);
    ASSERT_EQ(pieces.size(), whole.size());
    for (std::size_t i = 0; i < whole.size(); ++i) {
      EXPECT_EQ(pieces[i].member.path, whole[i].member.path);
      EXPECT_EQ(pieces[i].member.offset, whole[i].member.offset);
      EXPECT_EQ(pieces[i].content, whole[i].content);
    }
  }
}

}  // namespace
}  // namespace tallyman
