#include "store/new_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <vector>

#include "store/test_support.h"
#include "support/shared.h"

namespace tallyman {
namespace {

using namespace testing_support;

class NewFileTest : public ::testing::Test {
 protected:
  std::size_t files_in_folder() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder_.path()), {}));
  }
  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_.path() / "file";
};

TEST_F(NewFileTest, HasTheWantedModeWhateverTheUmask) {
  for (mode_t mask : {mode_t{0}, mode_t{0777}}) {
    std::filesystem::path path = folder_.path() / std::to_string(mask);
    mode_t before = ::umask(mask);
    auto made = create_once(path, as_bytes("text"), 0600);
    ::umask(before);
    ASSERT_TRUE(made.has_value()) << made.error().context;
    EXPECT_TRUE(*made);
    EXPECT_EQ(mode_of(path), 0600U);
    EXPECT_EQ(file_text(path), "text");
  }
}

TEST_F(NewFileTest, LeavesWhatIsThere) {
  put_file(path_, "old");
  auto made = create_once(path_, as_bytes("new"), 0600);
  ASSERT_TRUE(made.has_value());
  EXPECT_FALSE(*made);
  EXPECT_EQ(file_text(path_), "old");
  EXPECT_EQ(files_in_folder(), 1U);
}

TEST_F(NewFileTest, OneOfEightProcessesMakesIt) {
  std::vector<pid_t> children;
  for (int i = 0; i < 8; ++i) {
    children.push_back(start_child([&] {
      auto made = create_once(path_, as_bytes(std::string(1000, 'x')), 0600);
      if (!made) return 2;
      return *made ? 1 : 0;
    }));
  }
  int makers = 0;
  for (pid_t child : children) {
    int status = finish_child(child);
    EXPECT_LT(status, 2);
    makers += status;
  }
  EXPECT_EQ(makers, 1);
  EXPECT_EQ(file_text(path_), std::string(1000, 'x'));
  EXPECT_EQ(files_in_folder(), 1U);
}

TEST_F(NewFileTest, MissingFolderIsAnError) {
  auto made = create_once(folder_.path() / "none" / "file", {}, 0600);
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().code, "file.not_found");
}

TEST_F(NewFileTest, WhatCannotBeWrittenWholeIsNotThere) {
  int status = in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{.rlim_cur = 2, .rlim_max = 2};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    return create_once(path_, as_bytes("longer than two bytes"), 0600) ? 1 : 0;
  });
  EXPECT_EQ(status, 0);
  EXPECT_EQ(files_in_folder(), 0U);
}

}  // namespace
}  // namespace tallyman
