// The system's GNU tar writes, we read: names, types, links, holes and bytes must be those of the
// files.

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "base/file.h"
#include "stream/decompress_test_support.h"
#include "stream/tar_test_support.h"
#include "support/shared.h"

namespace tallyman {
namespace {

using testing_support::ReadMember;
using testing_support::sample_text;
using testing_support::TemporaryFolder;

void write(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

// `size` bytes of which a few are written.
void write_sparse(const std::filesystem::path& path, std::uintmax_t size, int islands) {
  std::filesystem::create_directories(path.parent_path());
  {
    std::ofstream file(path, std::ios::binary);
    for (int i = 0; i < islands; ++i) {
      file.seekp(static_cast<std::streamoff>(i) * 200000 + 65536);
      file << "island " << i;
    }
  }
  std::filesystem::resize_file(path, size);
}

void make_tree(const std::filesystem::path& root, bool long_names) {
  write(root / "empty", "");
  write(root / "dir/file", sample_text(70000));
  write(root / "dir/\xc3\xbcnicode \n name", "x");
  std::filesystem::create_symlink("../dir/file", root / "dir/soft");
  std::filesystem::create_hard_link(root / "dir/file", root / "hard");
  write(root / ("dir/" + std::string(60, 'd')) / std::string(80, 'f'), "fits ustar's prefix");
  if (!long_names) return;
  write(root / std::string(150, 'd') / std::string(200, 'f'), "needs PAX or GNU");
  std::filesystem::create_symlink(std::string(300, 't'), root / "long-link");
}

std::map<std::string, ReadMember> read_archive(const std::filesystem::path& archive) {
  Bytes bytes = *read_file(archive, 64 << 20);
  std::map<std::string, ReadMember> by_path;
  auto members = testing_support::read_tar(as_text(bytes), {}, {4096, 100});
  if (!members) {
    ADD_FAILURE() << describe(members.error());
    return by_path;
  }
  for (ReadMember& member : *members) by_path[member.member.path] = member;
  return by_path;
}

// Every file under `root` is in `members` as it is on disk, and nothing else is.
void expect_same(const std::filesystem::path& root, std::map<std::string, ReadMember> members) {
  EXPECT_EQ(members.erase("./"), 1);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    std::string name = "./" + entry.path().lexically_relative(root).string();
    if (!entry.is_symlink() && entry.is_directory()) name += '/';
    ASSERT_TRUE(members.contains(name)) << name;
    const ReadMember& read = members[name];
    if (entry.is_symlink()) {
      EXPECT_EQ(read.member.type, TarType::symlink);
      EXPECT_EQ(read.member.link_target, std::filesystem::read_symlink(entry.path()));
    } else if (entry.is_directory()) {
      EXPECT_EQ(read.member.type, TarType::directory);
    } else if (read.member.type == TarType::hardlink) {
      EXPECT_TRUE(std::filesystem::equivalent(entry.path(), root / read.member.link_target));
    } else {
      EXPECT_EQ(read.member.size, entry.file_size()) << name;
      EXPECT_TRUE(as_bytes(read.content).size() == entry.file_size());
      EXPECT_TRUE(as_text(*read_file(entry.path(), 64 << 20)) == read.content) << name;
    }
    members.erase(name);
  }
  EXPECT_THAT(members, testing::IsEmpty());
}

// False when there is no such tar here.
bool run_tar(const std::string& options, const std::filesystem::path& root,
             const std::filesystem::path& archive) {
  std::string command = "tar --create " + options + " --file '" + archive.string() + "' -C '" +
                        root.string() + "' . 2>/dev/null";
  return std::system(command.c_str()) == 0;  // NOLINT(concurrency-mt-unsafe)
}

TEST(TarOracle, ReadsWhatGnuTarWrites) {
  for (const std::string format : {"v7", "ustar", "gnu", "oldgnu", "pax"}) {
    TemporaryFolder root;
    TemporaryFolder out;
    bool names_of_any_length = format != "v7" && format != "ustar";
    make_tree(root.path(), names_of_any_length);
    if (format == "v7") std::filesystem::remove_all(root.path() / "dir" / std::string(60, 'd'));
    if (!run_tar("--format=" + format, root.path(), out.path() / "t")) {
      GTEST_SKIP() << "SKIPPED, no GNU tar here";
    }
    expect_same(root.path(), read_archive(out.path() / "t"));
  }
}

TEST(TarOracle, ReadsSparseFilesThatGnuTarWrites) {
  for (const std::string format :
       {"--format=gnu", "--format=pax --sparse-version=0.0", "--format=pax --sparse-version=0.1",
        "--format=pax --sparse-version=1.0"}) {
    TemporaryFolder root;
    TemporaryFolder out;
    write(root.path() / "plain", "x");
    write_sparse(root.path() / "few", 1000000, 2);
    write_sparse(root.path() / "many", 8000000, 39);
    write_sparse(root.path() / "hole", 3000000, 0);
    write_sparse(root.path() / std::string(200, 's'), 1000000, 3);
    if (!run_tar("--sparse " + format, root.path(), out.path() / "t")) {
      GTEST_SKIP() << "SKIPPED, no GNU tar here";
    }
    std::map<std::string, ReadMember> members = read_archive(out.path() / "t");
    EXPECT_TRUE(members["./many"].member.sparse) << format;
    expect_same(root.path(), std::move(members));
  }
}

}  // namespace
}  // namespace tallyman
