#pragma once
// The file that holds the key-encryption key: one line of text, readable by its owner only.

#include <array>
#include <cstdint>
#include <filesystem>

#include "base/result.h"

namespace tallyman {

inline constexpr std::size_t kFileKeySize = 32;

// The key of a file; zeroed when let go.
struct FileKey {
  std::array<std::uint8_t, kFileKeySize> bytes{};

  FileKey() = default;
  FileKey(FileKey&& other) noexcept;
  FileKey& operator=(FileKey&&) = delete;
  ~FileKey();
};

// Reads the key file at `path`; with `create`, first makes it with a random key if absent.
// Errors: see KeyRing::open. REQUIRES: libsodium is initialised.
Result<FileKey> read_key_file(const std::filesystem::path& path, bool create);

}  // namespace tallyman
