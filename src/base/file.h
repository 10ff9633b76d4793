#pragma once
// Whole files: read with a bound, write so that a crash leaves the old file or the new one and
// never a mixture.

#include <filesystem>
#include <string>

#include "base/bytes.h"
#include "base/reader.h"
#include "base/result.h"

namespace tallyman {

// A file descriptor that closes itself. -1 is "none".
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor();

  int get() const { return fd_; }
  int release();
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// The error for the current errno: not_found for ENOENT, denied for EACCES and EPERM, internal
// otherwise; code "file.not_found", "file.denied", "file.full" (ENOSPC, EDQUOT) or "file.io".
Error file_error(const std::string& action, const std::filesystem::path& path);

// The whole file, at most `limit` bytes (too_large beyond).
Result<Bytes> read_file(const std::filesystem::path& path, std::size_t limit);

// Opens for streaming; read errors name the path.
Result<std::unique_ptr<Reader>> open_file(const std::filesystem::path& path);

enum class Durability {
  rename_only,  // a reader sees the old file or the new one; a power cut may lose the new one
  synced,       // file and folder are fsynced: after return the new one is there
};

// Writes to a temporary file in the same folder and renames it over `path`; mode as in chmod.
Result<void> write_file(const std::filesystem::path& path, ByteView bytes, Durability durability,
                        unsigned mode = 0644);

// Creates the folder and its parents (mode 0755), fine if it exists.
Result<void> make_folder(const std::filesystem::path& path, unsigned mode = 0755);

}  // namespace tallyman
