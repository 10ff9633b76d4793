#pragma once
// For tests only: the shared data folder beside the checkout, and temporary folders.

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace tallyman::testing_support {

// `relative` inside $TALLYMAN_SHARED, or inside ../shared of the source folder; nullopt if absent.
inline std::optional<std::filesystem::path> shared_path(std::string_view relative) {
  const char* set = std::getenv("TALLYMAN_SHARED");
  std::filesystem::path root = set != nullptr
                                   ? std::filesystem::path(set)
                                   : std::filesystem::path(TALLYMAN_SOURCE) / ".." / "shared";
  std::filesystem::path path = root / relative;
  if (!std::filesystem::exists(path)) return std::nullopt;
  return path;
}

// An empty folder that goes away with the object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "tallyman-test-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace tallyman::testing_support

// Defines `variable` as that path, or skips the test saying so; with CI=true absence is a failure.
#define REQUIRE_SHARED(variable, relative)                                    \
  auto variable##_found = ::tallyman::testing_support::shared_path(relative); \
  if (!variable##_found) {                                                    \
    const char* ci = std::getenv("CI");                                       \
    if (ci != nullptr && std::string_view(ci) == "true") {                    \
      FAIL() << "the shared data is absent, and CI=true: " << (relative);     \
    }                                                                         \
    GTEST_SKIP() << "SKIPPED, the shared data is absent: " << (relative);     \
  }                                                                           \
  const std::filesystem::path& variable = *variable##_found
