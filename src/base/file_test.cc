#include "base/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/parallel.h"
#include "support/shared.h"

namespace tallyman {
namespace {

using testing_support::TemporaryFolder;

std::string content(const std::filesystem::path& path) {
  return std::string(as_text(read_file(path, 1 << 20).value()));
}

std::size_t entries(const std::filesystem::path& folder) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
  return count;
}

unsigned mode_of(const std::filesystem::path& path) {
  struct stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status.st_mode & 0777U;
}

TEST(FileDescriptor, ClosesOnce) {
  int pipe_ends[2];
  ASSERT_EQ(::pipe(pipe_ends), 0);
  FileDescriptor reading(pipe_ends[0]);
  {
    FileDescriptor writing(pipe_ends[1]);
    FileDescriptor moved = std::move(writing);
    EXPECT_FALSE(writing);  // NOLINT(bugprone-use-after-move): what a move leaves is the point
    EXPECT_TRUE(moved);
  }
  char byte = 0;
  EXPECT_EQ(::read(reading.get(), &byte, 1), 0);  // the other end is closed
  int raw = reading.release();
  EXPECT_FALSE(reading);
  reading = FileDescriptor(raw);
  EXPECT_EQ(reading.get(), raw);
}

TEST(File, WriteThenRead) {
  TemporaryFolder folder;
  for (Durability durability : {Durability::rename_only, Durability::synced}) {
    std::filesystem::path path = folder.path() / "a";
    ASSERT_TRUE(write_file(path, as_bytes("first"), durability).has_value());
    ASSERT_TRUE(write_file(path, as_bytes("2nd"), durability).has_value());
    EXPECT_EQ(content(path), "2nd");
    EXPECT_EQ(entries(folder.path()), 1U);  // no temporary file is left
  }
}

TEST(File, ModeOfANewFile) {
  TemporaryFolder folder;
  ASSERT_TRUE(
      write_file(folder.path() / "key", as_bytes("x"), Durability::synced, 0600).has_value());
  EXPECT_EQ(mode_of(folder.path() / "key"), 0600U);
}

// A process that was killed leaves its temporary file; another one may have the same number.
TEST(File, LeftOverTemporaryFilesAreNoObstacle) {
  TemporaryFolder folder;
  for (int i = 0; i < 300; ++i) {
    std::string name = ".a." + std::to_string(::getpid()) + "." + std::to_string(i) + ".tmp";
    FileDescriptor fd(::open((folder.path() / name).c_str(), O_CREAT | O_WRONLY, 0600));
    ASSERT_TRUE(fd);
  }
  EXPECT_TRUE(write_file(folder.path() / "a", as_bytes("x"), Durability::rename_only).has_value());
  EXPECT_EQ(content(folder.path() / "a"), "x");
}

TEST(File, ReaderSeesOneVersionOrTheOther) {
  TemporaryFolder folder;
  std::filesystem::path path = folder.path() / "a";
  std::string one(100'000, '1');
  std::string two(100'000, '2');
  ASSERT_TRUE(write_file(path, as_bytes(one), Durability::rename_only).has_value());
  run_parallel(4, 4, [&](std::size_t task) {
    for (int i = 0; i < 20; ++i) {
      if (task < 2) {
        EXPECT_TRUE(
            write_file(path, as_bytes(task == 0 ? one : two), Durability::rename_only).has_value());
      } else {
        std::string seen = content(path);
        EXPECT_TRUE(seen == one || seen == two);
      }
    }
  });
  EXPECT_EQ(entries(folder.path()), 1U);
}

TEST(File, ReadIsBounded) {
  TemporaryFolder folder;
  std::filesystem::path path = folder.path() / "a";
  ASSERT_TRUE(write_file(path, as_bytes("12345"), Durability::rename_only).has_value());
  EXPECT_TRUE(read_file(path, 5).has_value());
  Result<Bytes> bytes = read_file(path, 4);
  ASSERT_FALSE(bytes.has_value());
  EXPECT_EQ(bytes.error().kind, ErrorKind::too_large);
  EXPECT_NE(bytes.error().context.find(path.string()), std::string::npos);
}

TEST(File, MissingFilesAndFolders) {
  TemporaryFolder folder;
  Result<Bytes> bytes = read_file(folder.path() / "none", 10);
  ASSERT_FALSE(bytes.has_value());
  EXPECT_EQ(bytes.error().kind, ErrorKind::not_found);
  EXPECT_EQ(bytes.error().code, "file.not_found");
  auto written = write_file(folder.path() / "none" / "a", as_bytes("x"), Durability::synced);
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(written.error().code, "file.not_found");
}

TEST(File, AFailedWriteLeavesNothing) {
  TemporaryFolder folder;
  std::filesystem::create_directories(folder.path() / "taken" / "inside");
  auto written = write_file(folder.path() / "taken", as_bytes("x"), Durability::rename_only);
  EXPECT_FALSE(written.has_value());
  EXPECT_EQ(entries(folder.path()), 1U);
}

TEST(File, ReadingAFolderIsAnError) {
  TemporaryFolder folder;
  Result<Bytes> bytes = read_file(folder.path(), 10);
  ASSERT_FALSE(bytes.has_value());
  EXPECT_EQ(bytes.error().code, "file.io");
}

TEST(File, ErrorsByNumber) {
  struct Row {
    int number;
    ErrorKind kind;
    std::string code;
  };
  for (const Row& row :
       {Row{ENOENT, ErrorKind::not_found, "file.not_found"},
        Row{EACCES, ErrorKind::denied, "file.denied"}, Row{EPERM, ErrorKind::denied, "file.denied"},
        Row{ENOSPC, ErrorKind::internal, "file.full"},
        Row{EDQUOT, ErrorKind::internal, "file.full"}, Row{EIO, ErrorKind::internal, "file.io"}}) {
    errno = row.number;
    Error error = file_error("writing", "some/path");
    EXPECT_EQ(error.kind, row.kind);
    EXPECT_EQ(error.code, row.code);
    EXPECT_TRUE(error.context.starts_with("writing some/path: "));
  }
}

TEST(MakeFolder, MakesParentsAndIsContentWithWhatIsThere) {
  TemporaryFolder folder;
  std::filesystem::path path = folder.path() / "a" / "b" / "c";
  ASSERT_TRUE(make_folder(path, 0700).has_value());
  EXPECT_EQ(mode_of(path), 0700U);
  EXPECT_TRUE(make_folder(path).has_value());
  ASSERT_TRUE(make_folder((folder.path() / "d").string() + "/", 0700).has_value());
  EXPECT_EQ(mode_of(folder.path() / "d"), 0700U);
  EXPECT_TRUE(make_folder("").has_value());
}

TEST(MakeFolder, AFileInTheWayIsAnError) {
  TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder.path() / "a", as_bytes("x"), Durability::rename_only).has_value());
  EXPECT_FALSE(make_folder(folder.path() / "a").has_value());
  EXPECT_FALSE(make_folder(folder.path() / "a" / "b").has_value());
}

}  // namespace
}  // namespace tallyman
