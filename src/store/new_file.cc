#include "store/new_file.h"

#include <fcntl.h>
#include <stdlib.h>  // mkostemp is POSIX, not C++
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "base/file.h"

namespace tallyman {
namespace {

Result<void> write_all(int fd, ByteView bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0) {
      if (errno == EINTR) continue;
      return std::unexpected(file_error("writing", path));
    }
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return {};
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return std::unexpected(file_error("syncing", folder));
  return {};
}

Result<void> fill(FileDescriptor fd, ByteView bytes, unsigned mode,
                  const std::filesystem::path& path) {
  if (::fchmod(fd.get(), mode) != 0) return std::unexpected(file_error("setting mode of", path));
  TRY(write_all(fd.get(), bytes, path));
  if (::fsync(fd.get()) != 0) return std::unexpected(file_error("syncing", path));
  return {};
}

// link(2) fails when the name exists, which rename(2) would replace.
Result<bool> publish(const std::filesystem::path& temporary, const std::filesystem::path& path) {
  if (::link(temporary.c_str(), path.c_str()) == 0) return true;
  if (errno == EEXIST) return false;
  return std::unexpected(file_error("creating", path));
}

}  // namespace

Result<bool> create_once(const std::filesystem::path& path, ByteView bytes, unsigned mode) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) == 0) return false;
  std::string temporary = (path.parent_path() / ("." + path.filename().string() + ".XXXXXX"));
  FileDescriptor fd(::mkostemp(temporary.data(), O_CLOEXEC));  // mode 0600 from the start
  if (!fd) return std::unexpected(file_error("creating", path));
  Result<void> filled = fill(std::move(fd), bytes, mode, path);
  Result<bool> published = filled ? publish(temporary, path) : std::unexpected(filled.error());
  ::unlink(temporary.c_str());
  if (published) TRY(sync_folder(path.parent_path()));
  return published;
}

}  // namespace tallyman
