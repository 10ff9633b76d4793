#include "base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <system_error>

namespace tallyman {
namespace {

class FileReader final : public Reader {
 public:
  FileReader(FileDescriptor fd, std::filesystem::path path)
      : fd_(std::move(fd)), path_(std::move(path)) {}

  Result<std::size_t> read(ByteSpan into) override {
    while (true) {
      ssize_t got = ::read(fd_.get(), into.data(), into.size());
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return std::unexpected(file_error("reading", path_));
    }
  }

 private:
  FileDescriptor fd_;
  std::filesystem::path path_;
};

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

// `folder` is a parent_path(): empty for a bare file name.
Result<void> sync_folder(const std::filesystem::path& parent) {
  const std::filesystem::path folder = parent.empty() ? "." : parent;
  FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return std::unexpected(file_error("syncing", folder));
  return {};
}

struct TemporaryFile {
  FileDescriptor fd;
  std::filesystem::path path;
};

// A new file beside `path`, named after process and counter. The name may be taken: a process that
// was killed leaves its file behind, and in a container the next one has the same number.
Result<TemporaryFile> create_beside(const std::filesystem::path& path, unsigned mode) {
  constexpr int kTries = 1000;
  static std::atomic<unsigned> counter = 0;
  TemporaryFile file;
  for (int i = 0; i < kTries && !file.fd; ++i) {
    file.path = path.parent_path() /
                fmt::format(".{}.{}.{}.tmp", path.filename().string(), ::getpid(), counter++);
    file.fd =
        FileDescriptor(::open(file.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (!file.fd && errno != EEXIST) break;
  }
  if (!file.fd) return std::unexpected(file_error("creating", file.path));
  return file;
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = other.release();
  }
  return *this;
}

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) ::close(fd_);
}

int FileDescriptor::release() { return std::exchange(fd_, -1); }

Error file_error(const std::string& action, const std::filesystem::path& path) {
  int number = errno;
  std::string context =
      fmt::format("{} {}: {}", action, path.string(), std::generic_category().message(number));
  switch (number) {
    case ENOENT:
      return {ErrorKind::not_found, "file.not_found", context, "check the path"};
    case EACCES:
    case EPERM:
    case EROFS:
      return {ErrorKind::denied, "file.denied", context, "check the owner and mode of the path"};
    case ENOSPC:
    case EDQUOT:
      return {ErrorKind::internal, "file.full", context, "free some space on that file system"};
    default:
      return {ErrorKind::internal, "file.io", context, {}};
  }
}

Result<std::unique_ptr<Reader>> open_file(const std::filesystem::path& path) {
  FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return std::unexpected(file_error("opening", path));
  return std::make_unique<FileReader>(std::move(fd), path);
}

Result<Bytes> read_file(const std::filesystem::path& path, std::size_t limit) {
  std::unique_ptr<Reader> reader = TRY(open_file(path));
  Result<Bytes> bytes = read_all(*reader, limit);
  if (!bytes) return std::unexpected(with_context(bytes.error(), path.string()));
  return bytes;
}

Result<void> write_file(const std::filesystem::path& path, ByteView bytes, Durability durability,
                        unsigned mode) {
  TemporaryFile temporary = TRY(create_beside(path, mode));
  Result<void> written = write_all(temporary.fd.get(), bytes, temporary.path);
  if (written && durability == Durability::synced && ::fsync(temporary.fd.get()) != 0) {
    written = std::unexpected(file_error("syncing", temporary.path));
  }
  if (written && ::rename(temporary.path.c_str(), path.c_str()) != 0) {
    written = std::unexpected(file_error("renaming to", path));
  }
  if (!written) {
    ::unlink(temporary.path.c_str());
    return written;
  }
  if (durability == Durability::synced) return sync_folder(path.parent_path());
  return {};
}

Result<void> make_folder(const std::filesystem::path& path, unsigned mode) {
  if (path.empty()) return {};
  struct stat status{};
  if (::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return {};
  if (!path.has_filename()) return make_folder(path.parent_path(), mode);  // a trailing slash
  TRY(make_folder(path.parent_path(), 0755));
  if (::mkdir(path.c_str(), mode) == 0) return {};
  int number = errno;
  // Another process may have made it meanwhile; a file of that name is no folder.
  if (number == EEXIST && ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return {};
  errno = number;
  return std::unexpected(file_error("creating folder", path));
}

}  // namespace tallyman
