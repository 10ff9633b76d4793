#include "cli/output_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "base/file.h"
#include "support/shared.h"

namespace tallyman {
namespace {

using testing_support::TemporaryFolder;

std::string content(const std::filesystem::path& file) {
  return std::string(as_text(read_file(file, 1 << 20).value()));
}

TEST(OutputFile, RegularFilesAreMadeAndReplaced) {
  TemporaryFolder folder;
  ASSERT_TRUE(write_output_file(folder.path() / "a", "a long first text"));
  ASSERT_TRUE(write_output_file(folder.path() / "a", "second"));
  EXPECT_EQ(content(folder.path() / "a"), "second");
}

TEST(OutputFile, LinksStayLinks) {
  TemporaryFolder folder;
  ASSERT_TRUE(write_output_file(folder.path() / "a", "first"));
  std::filesystem::create_symlink("a", folder.path() / "link");
  ASSERT_TRUE(write_output_file(folder.path() / "link", "second"));
  EXPECT_TRUE(std::filesystem::is_symlink(folder.path() / "link"));
  EXPECT_EQ(content(folder.path() / "a"), "second");
}

// A FIFO stands for /dev/null and /dev/stdout, which root could replace.
TEST(OutputFile, WhatIsNoRegularFileIsWrittenToAndStays) {
  TemporaryFolder folder;
  const std::filesystem::path fifo = folder.path() / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  FileDescriptor reader(::open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  ASSERT_TRUE(reader);
  std::filesystem::create_symlink("fifo", folder.path() / "link");
  ASSERT_TRUE(write_output_file(folder.path() / "link", "report"));
  EXPECT_TRUE(std::filesystem::is_fifo(fifo));
  EXPECT_TRUE(std::filesystem::is_symlink(folder.path() / "link"));
  std::array<char, 16> got{};
  EXPECT_EQ(::read(reader.get(), got.data(), got.size()), 6);
  EXPECT_STREQ(got.data(), "report");
}

TEST(OutputFile, FailuresAreErrors) {
  TemporaryFolder folder;
  EXPECT_FALSE(write_output_file(folder.path(), "x")) << "a folder";
  auto absent = write_output_file(folder.path() / "absent" / "file", "x");
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, "file.not_found");
}

}  // namespace
}  // namespace tallyman
