#include "image/verified_reader.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "stream/hash.h"

namespace tallyman {
namespace {

class VerifiedReader final : public Reader {
 public:
  VerifiedReader(std::unique_ptr<Reader> source, Descriptor blob, std::string area)
      : source_(std::move(source)), blob_(std::move(blob)), area_(std::move(area)) {}

  Result<std::size_t> read(ByteSpan into) override {
    if (end_) return *end_;
    if (into.empty()) return 0;
    std::size_t got = TRY(source_->read(into));
    if (got == 0) {
      end_ = check_end();
      return *end_;
    }
    total_ += got;
    hash_.update(into.first(got));
    return got;
  }

 private:
  Result<std::size_t> check_end() {
    if (blob_.size != 0 && total_ != blob_.size) {
      return fail(ErrorKind::corrupt, area_ + ".size_mismatch",
                  fmt::format("blob {} has {} bytes, its descriptor says {}", blob_.digest.text(),
                              total_, blob_.size),
                  "copy or pull the image again");
    }
    auto found = hash_.finish();
    if (Digest::from_bytes(found) != blob_.digest) {
      return fail(ErrorKind::corrupt, area_ + ".digest_mismatch",
                  fmt::format("blob {} hashes to {}", blob_.digest.text(),
                              Digest::from_bytes(found).text()),
                  "the bytes were changed or damaged: copy or pull the image again");
    }
    return 0;
  }

  std::unique_ptr<Reader> source_;
  Descriptor blob_;
  std::string area_;
  Sha256 hash_;
  std::uint64_t total_ = 0;
  std::optional<Result<std::size_t>> end_;
};

}  // namespace

Result<std::unique_ptr<Reader>> verify_blob(std::unique_ptr<Reader> source, const Descriptor& blob,
                                            std::string_view area) {
  if (blob.digest.algorithm() != "sha256") {
    return fail(ErrorKind::unsupported, "digest.unsupported",
                fmt::format("blob {}: only sha256 can be checked here", blob.digest.text()));
  }
  return std::make_unique<VerifiedReader>(std::move(source), blob, std::string(area));
}

}  // namespace tallyman
