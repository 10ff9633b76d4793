#include "image/directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "base/file.h"
#include "image/facts_builder.h"
#include "stream/hash.h"

namespace tallyman {
namespace {

class FdReader final : public Reader {
 public:
  explicit FdReader(int fd) : fd_(fd) {}
  Result<std::size_t> read(ByteSpan into) override {
    ssize_t got = 0;
    do {
      got = ::read(fd_, into.data(), into.size());
    } while (got < 0 && errno == EINTR);
    if (got < 0) return std::unexpected(file_error("reading", "file"));
    return static_cast<std::size_t>(got);
  }

 private:
  int fd_;
};

class Walk {
 public:
  Walk(const LayerReadOptions& options, FactsBuilder& facts) : options_(options), facts_(facts) {}

  // Reads the folder open as `fd`, whose path in the image is `prefix`.
  Result<void> folder(FileDescriptor fd, const std::string& prefix, std::size_t depth) {
    if (depth > options_.limits.path_depth) {
      return fail(ErrorKind::too_large, "dir.depth",
                  fmt::format("{}: folders nested too deep", prefix));
    }
    for (const std::string& name : TRY(names(fd.get(), prefix))) {
      if (++entries_ > options_.limits.entries) {
        return fail(ErrorKind::too_large, "dir.entries", "too many files");
      }
      TRY(entry(fd.get(), name, prefix.empty() ? name : fmt::format("{}/{}", prefix, name), depth));
    }
    return {};
  }

  std::uint64_t entries() const { return entries_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  Result<std::vector<std::string>> names(int fd, const std::string& prefix) {
    // fdopendir takes the descriptor over; the walk keeps its own.
    int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
    std::unique_ptr<DIR, int (*)(DIR*)> stream(copy < 0 ? nullptr : ::fdopendir(copy), ::closedir);
    if (!stream) return std::unexpected(file_error("listing", fmt::format("/{}", prefix)));
    std::vector<std::string> list;
    while (true) {
      errno = 0;
      const dirent* item =
          ::readdir(stream.get());  // NOLINT(concurrency-mt-unsafe): its own stream
      if (item == nullptr) break;
      std::string_view name = item->d_name;
      if (name != "." && name != "..") list.emplace_back(name);
      if (list.size() > options_.limits.entries) return list;  // which is an error for the caller
    }
    if (errno != 0) return std::unexpected(file_error("listing", fmt::format("/{}", prefix)));
    std::sort(list.begin(), list.end());
    return list;
  }

  Result<void> entry(int folder_fd, const std::string& name, const std::string& path,
                     std::size_t depth) {
    struct stat status{};
    if (::fstatat(folder_fd, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
      unreadable(path);
      return {};
    }
    if (S_ISDIR(status.st_mode)) {
      facts_.member(path, EntryKind::directory);
      FileDescriptor child(
          ::openat(folder_fd, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
      if (!child) {
        unreadable(path);
        return {};
      }
      return folder(std::move(child), path, depth + 1);
    }
    if (S_ISLNK(status.st_mode)) {
      std::string target(4096, '\0');
      ssize_t length = ::readlinkat(folder_fd, name.c_str(), target.data(), target.size());
      if (length < 0) {
        unreadable(path);
        return {};
      }
      target.resize(static_cast<std::size_t>(length));
      facts_.link(path, target, EntryKind::symlink);
      return {};
    }
    facts_.member(path, S_ISREG(status.st_mode) ? EntryKind::file : EntryKind::other);
    if (S_ISREG(status.st_mode)) file(folder_fd, name, path);
    return {};
  }

  void file(int folder_fd, const std::string& name, const std::string& path) {
    std::optional<WantedFile> wanted = wanted_file(path, options_);
    if (!wanted) return;
    FileDescriptor fd(
        ::openat(folder_fd, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat status{};
    if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
      unreadable(path);
      return;
    }
    FdReader reader(fd.get());
    Result<Bytes> content = read_all(reader, wanted->max_size);
    if (!content) {
      facts_.problem({content.error().code, path, content.error().context, true});
      return;
    }
    bytes_ += content->size();
    facts_.catalog(options_.dispatcher, wanted->name, path, *content);
  }

  // What it is cannot be told, so it may be anything: a package database, a link to one.
  void unreadable(const std::string& path) {
    facts_.problem({"dir.unreadable", path, std::generic_category().message(errno), true});
  }

  const LayerReadOptions& options_;
  FactsBuilder& facts_;
  std::uint64_t entries_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace

Result<LayerFacts> read_directory(const std::filesystem::path& folder,
                                  const LayerReadOptions& options) {
  FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return std::unexpected(file_error("opening", folder));
  // No blob stands behind a folder; the path hashes need a key all the same.
  Digest key = Digest::from_bytes(Sha256::of(as_bytes(folder.string())));
  FactsBuilder builder(key, options.limits);
  Walk walk(options, builder);
  TRY(walk.folder(std::move(fd), "", 0));
  LayerFacts facts = std::move(builder).finish();
  facts.blob = key;
  facts.diff_id = key;
  facts.entries = walk.entries();
  facts.size = walk.bytes();
  return facts;
}

}  // namespace tallyman
