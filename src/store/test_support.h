#pragma once
// For the tests of this folder: children, whole files, and records in one line.

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

#include "base/clock.h"
#include "store/registries.h"

namespace tallyman::testing_support {

// A clock that stands still until told otherwise.
class SteppedClock final : public Clock {
 public:
  Microseconds now() const override { return time; }
  std::chrono::steady_clock::time_point monotonic() const override { return {}; }
  void sleep_for(std::chrono::milliseconds) override {}
  Microseconds time = 1'700'000'000'000'000;  // 2023-11-14T22:13:20Z
};

// Starts `body` in a child whose exit status is its result.
inline pid_t start_child(const std::function<int()>& body) {
  pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  return child;
}

// The exit status of a child, or -1 if it did not exit by itself.
inline int finish_child(pid_t child) {
  int status = 0;
  if (::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

inline int in_child(const std::function<int()>& body) { return finish_child(start_child(body)); }

inline std::string file_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void put_file(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(text.data(), static_cast<std::streamsize>(text.size()));
}

inline unsigned mode_of(const std::filesystem::path& path) {
  return static_cast<unsigned>(std::filesystem::status(path).permissions()) & 07777U;
}

inline RegistryRecord record_of(std::string registry, std::string user = "ann") {
  RegistryRecord record;
  record.registry = std::move(registry);
  record.user = std::move(user);
  return record;
}

}  // namespace tallyman::testing_support
