#pragma once
// A file mapped read-only. A file that is cut short while mapped ends the process (SIGBUS): our
// own index is never written in place, and feeds must not be either while they are imported.

#include <filesystem>

#include "base/bytes.h"
#include "base/result.h"

namespace tallyman {

class MappedFile {
 public:
  // Errors as file_error().
  static Result<MappedFile> open(const std::filesystem::path& path);
  MappedFile() = default;
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  ByteView bytes() const { return bytes_; }

 private:
  explicit MappedFile(ByteView bytes) : bytes_(bytes) {}
  ByteView bytes_;
};

}  // namespace tallyman
