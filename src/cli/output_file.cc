#include "cli/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/bytes.h"
#include "base/file.h"

namespace tallyman {
namespace {

Result<void> write_through(const std::filesystem::path& file, std::string_view text) {
  FileDescriptor fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
  if (!fd) return std::unexpected(file_error("opening", file));
  while (!text.empty()) {
    ssize_t put = ::write(fd.get(), text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return std::unexpected(file_error("writing", file));
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

}  // namespace

Result<void> write_output_file(const std::filesystem::path& file, std::string_view text) {
  std::error_code error;
  std::filesystem::file_status status = std::filesystem::status(file, error);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    return write_through(file, text);
  }
  std::filesystem::path target = std::filesystem::canonical(file, error);
  return write_file(error ? file : target, as_bytes(text), Durability::rename_only);
}

}  // namespace tallyman
