#include "registry/blob_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "registry/api_error.h"
#include "registry/content_range.h"
#include "registry/scope.h"

namespace tallyman {
namespace {

constexpr std::uint64_t kFreeProgress = 1 << 20;

// What went wrong inside one try and may go right in the next.
std::unexpected<Error> broken(std::string what) {
  return fail(ErrorKind::unavailable, "registry.interrupted", std::move(what),
              "the registry or a proxy on the way breaks transfers: try again");
}

}  // namespace

Result<std::unique_ptr<Reader>> BlobReader::open(Transport& transport,
                                                 const std::string& repository, Descriptor blob) {
  std::unique_ptr<BlobReader> reader(new BlobReader(transport, repository, std::move(blob)));
  Result<void> connected = reader->connect();
  if (!connected) return std::unexpected(reader->about(std::move(connected).error()));
  return reader;
}

BlobReader::BlobReader(Transport& transport, const std::string& repository, Descriptor blob)
    : transport_(transport),
      action_(fmt::format("pulling blob {} of {}", blob.digest.text(), repository)),
      request_{.path = fmt::format("/v2/{}/blobs/{}", repository, blob.digest.text()),
               .scope = pull_scope(repository),
               .headers = {}},
      blob_(std::move(blob)),
      digester_(blob_.digest.algorithm()) {}

Result<std::size_t> BlobReader::read(ByteSpan into) {
  if (end_) return *end_;
  if (into.empty()) return 0;
  Result<std::size_t> got = read_more(into);
  if (!got || *got == 0) end_ = got;
  return got;
}

Result<std::size_t> BlobReader::read_more(ByteSpan into) {
  while (true) {
    Result<std::size_t> got = read_body(into);
    if (got && *got > 0) {
      digester_.update(into.first(*got));
      offset_ += *got;
      return got;
    }
    // All bytes are here, so it does not matter how the body ended.
    if (offset_ == blob_.size && (got || got.error().retryable())) return finish();
    if (got) {
      if (early_end_ == offset_) return size_mismatch("ends");
      early_end_ = offset_;
      got = broken(fmt::format("the body ended at byte {} of {}", offset_, blob_.size));
    }
    TRY(recover(std::move(got).error()));
  }
}

// Bytes at offset_, at most to the end of the blob. At the end it looks for one byte too many.
Result<std::size_t> BlobReader::read_body(ByteSpan into) {
  if (offset_ < blob_.size) {
    std::uint64_t left = blob_.size - offset_;
    return body_->read(
        into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left))));
  }
  std::array<std::uint8_t, 1> beyond{};
  std::size_t got = TRY(body_->read(beyond));
  if (got > 0) return size_mismatch("is longer than its descriptor says, ends not");
  return 0;
}

Result<std::size_t> BlobReader::finish() {
  body_.reset();
  Digest found = digester_.finish();
  if (found == blob_.digest) return 0;
  return fail(ErrorKind::corrupt, "registry.digest_mismatch",
              fmt::format("{}: the bytes hash to {}", action_, found.text()),
              "the registry holds or sends damaged bytes: push the image again");
}

Result<void> BlobReader::connect() {
  const bool ranged = offset_ > 0 && range_works_;
  ApiRequest request = request_;
  if (ranged) {
    request.headers.emplace_back("Range", fmt::format("bytes={}-", offset_));
    if (!etag_.empty()) request.headers.emplace_back("If-Range", etag_);
  }
  return accept(TRY(transport_.get(request)), ranged);
}

Result<void> BlobReader::accept(HttpResponse response, bool ranged) {
  if (ranged && response.status == 206) {
    TRY(accept_part(response));
    body_ = std::move(response.body);
    return {};
  }
  if (ranged && response.status == 416) {
    range_works_ = false;
    return broken(fmt::format("{}: the registry cannot resume at byte {}", action_, offset_));
  }
  if (response.status != 200) {
    Error error = api_error(response, transport_.site(), Asked::blob, action_);
    if (!blob_.urls.empty() && error.kind == ErrorKind::not_found) {
      error.hint = "a foreign layer, kept outside of the registry: it is not fetched from there";
    }
    return std::unexpected(std::move(error));
  }
  auto length = parse_u64(response.headers.get("Content-Length").value_or(""));
  if (length && *length != blob_.size) return size_mismatch(fmt::format("has {} bytes", *length));
  std::string_view etag = response.headers.get("ETag").value_or("");
  etag_ = etag.starts_with('"') ? etag : "";  // a weak one does not promise the same bytes
  body_ = std::move(response.body);
  return skip(offset_);
}

Result<void> BlobReader::accept_part(const HttpResponse& response) {
  auto range = parse_content_range(response.headers.get("Content-Range").value_or(""));
  if (range && range->first == offset_ && range->total.value_or(blob_.size) == blob_.size)
    return {};
  range_works_ = false;
  return broken(fmt::format("{}: asked for byte {} on, got another range", action_, offset_));
}

// Over what was handed out already, when a registry knows no ranges. The bytes are not compared:
// the digest at the end covers what was handed out.
Result<void> BlobReader::skip(std::uint64_t count) {
  std::array<std::uint8_t, 16 << 10> ignored{};
  while (count > 0) {
    ByteSpan into(ignored.data(),
                  static_cast<std::size_t>(std::min<std::uint64_t>(count, ignored.size())));
    std::size_t got = TRY(body_->read(into));
    if (got == 0) return broken(fmt::format("{}: the body ended before byte {}", action_, offset_));
    count -= got;
  }
  return {};
}

// Gets body_ back, or gives the error back when that is hopeless.
Result<void> BlobReader::recover(Error error) {
  while (true) {
    body_.reset();
    if (offset_ - last_break_ >= kFreeProgress) failures_ = 0;
    last_break_ = offset_;
    if (!transport_.pause(error, ++failures_)) return std::unexpected(about(std::move(error)));
    Result<void> connected = connect();
    if (connected) return {};
    error = std::move(connected).error();
    // The transport has tried for long already: only what comes after the head is worth more.
    if (!body_ && error.code != "registry.interrupted") {
      return std::unexpected(about(std::move(error)));
    }
  }
}

Error BlobReader::about(Error error) const {
  if (error.context.starts_with(action_)) return error;
  return with_context(std::move(error), action_);
}

std::unexpected<Error> BlobReader::size_mismatch(std::string_view what) const {
  return fail(ErrorKind::corrupt, "registry.size_mismatch",
              fmt::format("{}: it {} at byte {} of {}", action_, what, offset_, blob_.size),
              "the registry holds or sends a damaged blob: push the image again");
}

}  // namespace tallyman
