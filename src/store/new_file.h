#pragma once
// Publishes a new private file: whole or not at all, and by exactly one of several racing
// processes.

#include <filesystem>

#include "base/bytes.h"
#include "base/result.h"

namespace tallyman {

// Makes `path` with these bytes and exactly this mode (whatever the umask), synced to the disk
// with its folder. True when this call made it; false when `path` existed and was left alone.
// No descriptor of the published file is ever open here: closing one would drop the locks that
// SQLite holds on it in another thread (POSIX locks belong to the process).
// Errors: those of file_error, naming the path.
Result<bool> create_once(const std::filesystem::path& path, ByteView bytes, unsigned mode);

}  // namespace tallyman
