// The key file is one line:
//
//     tallyman-key-1 <64 hexadecimal digits>\n
//
// The word in front tells a key from any other file, and a truncated one from a whole one.
#include "store/key_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/bytes.h"
#include "base/file.h"
#include "store/new_file.h"

namespace tallyman {
namespace {

constexpr std::string_view kPrefix = "tallyman-key-1 ";
constexpr std::size_t kHexSize = 2 * kFileKeySize;
constexpr std::size_t kLineSize = kPrefix.size() + kHexSize + 1;

// The line's text on the stack, one byte longer so that a longer file is noticed and so that
// libsodium's terminating zero fits.
struct KeyLine {
  std::array<char, kLineSize + 1> text{};
  KeyLine() = default;
  KeyLine(const KeyLine&) = delete;
  KeyLine& operator=(const KeyLine&) = delete;
  ~KeyLine() { sodium_memzero(text.data(), text.size()); }
};

Result<void> make_key_file(const std::filesystem::path& path) {
  FileKey key;
  randombytes_buf(key.bytes.data(), key.bytes.size());
  KeyLine line;
  kPrefix.copy(line.text.data(), kPrefix.size());
  sodium_bin2hex(line.text.data() + kPrefix.size(), kHexSize + 1, key.bytes.data(),
                 key.bytes.size());
  line.text[kLineSize - 1] = '\n';
  TRY(create_once(path, as_bytes({line.text.data(), kLineSize}), 0600));
  return {};
}

// Asked of the open file, not of its name, which could be replaced in between.
Result<void> check_private(int fd, const std::filesystem::path& path) {
  struct stat status{};
  if (::fstat(fd, &status) != 0) return std::unexpected(file_error("inspecting", path));
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorKind::corrupt, "key.malformed", path.string() + " is not a regular file");
  }
  if (status.st_uid != ::geteuid()) {
    return fail(ErrorKind::denied, "key.owner",
                fmt::format("the key file {} belongs to user {}, this is user {}", path.string(),
                            status.st_uid, ::geteuid()),
                "run as that user, or chown the file");
  }
  if ((status.st_mode & 0077) != 0) {
    return fail(ErrorKind::denied, "key.mode",
                fmt::format("the key file {} has mode {:04o}: others may read it", path.string(),
                            status.st_mode & 07777),
                fmt::format("chmod 600 {}; if others had access to it, give every registry a new "
                            "password",
                            path.string()));
  }
  return {};
}

Result<std::size_t> read_line(int fd, KeyLine& line, const std::filesystem::path& path) {
  std::size_t size = 0;
  while (size < line.text.size()) {
    ssize_t got = ::read(fd, line.text.data() + size, line.text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(file_error("reading", path));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  return size;
}

bool parse_line(const KeyLine& line, std::size_t size, FileKey& key) {
  if (size != kLineSize || line.text[kLineSize - 1] != '\n') return false;
  if (std::memcmp(line.text.data(), kPrefix.data(), kPrefix.size()) != 0) return false;
  std::size_t length = 0;
  return sodium_hex2bin(key.bytes.data(), key.bytes.size(), line.text.data() + kPrefix.size(),
                        kHexSize, nullptr, &length, nullptr) == 0 &&
         length == key.bytes.size();
}

}  // namespace

FileKey::FileKey(FileKey&& other) noexcept : bytes(other.bytes) {
  sodium_memzero(other.bytes.data(), other.bytes.size());
}

FileKey::~FileKey() { sodium_memzero(bytes.data(), bytes.size()); }

Result<FileKey> read_key_file(const std::filesystem::path& path, bool create) {
  if (create) TRY(make_key_file(path));
  // NONBLOCK: a FIFO of that name must not hang us.
  FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd && errno == ENOENT) {
    return fail(ErrorKind::not_found, "key.missing",
                fmt::format("the key file {} is missing", path.string()),
                fmt::format("copy it to {} from where the store came from", path.string()));
  }
  if (!fd) return std::unexpected(file_error("opening", path));
  TRY(check_private(fd.get(), path));
  KeyLine line;
  std::size_t size = TRY(read_line(fd.get(), line, path));
  FileKey key;
  if (!parse_line(line, size, key)) {
    return fail(ErrorKind::corrupt, "key.malformed",
                fmt::format("the key file {} does not hold a key", path.string()),
                "restore it from a backup");
  }
  return key;
}

}  // namespace tallyman
