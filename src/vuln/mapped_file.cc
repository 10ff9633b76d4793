#include "vuln/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <utility>

#include "base/file.h"

namespace tallyman {

Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
  FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return std::unexpected(file_error("opening", path));
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return std::unexpected(file_error("reading", path));
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorKind::invalid, "file.not_regular", path.string() + " is no regular file");
  }
  auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return MappedFile();
  void* start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (start == MAP_FAILED) return std::unexpected(file_error("mapping", path));
  return MappedFile(ByteView(static_cast<const std::uint8_t*>(start), size));
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  return *this;
}

MappedFile::~MappedFile() {
  if (bytes_.empty()) return;
  ::munmap(const_cast<std::uint8_t*>(bytes_.data()), bytes_.size());
}

}  // namespace tallyman
