#pragma once
// A blob as a stream that survives broken connections and ends only when size and digest are
// right.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/reader.h"
#include "model/image.h"
#include "registry/digester.h"
#include "registry/transport.h"

namespace tallyman {

class BlobReader final : public Reader {
 public:
  // Asks for the blob. `transport` must outlive the reader. Errors: those of Transport::get,
  // api_error with not_found "registry.blob_unknown", corrupt "registry.size_mismatch".
  static Result<std::unique_ptr<Reader>> open(Transport& transport, const std::string& repository,
                                              Descriptor blob);

  // After a break the origin is asked again from the byte reached (never the place it redirected
  // to: signed URLs expire). A break costs one of six tries unless 1 MiB came since the last one.
  // Once bytes were handed out a wrong digest cannot be mended by starting again: it is an error.
  Result<std::size_t> read(ByteSpan into) override;

 private:
  BlobReader(Transport& transport, const std::string& repository, Descriptor blob);

  Result<std::size_t> read_more(ByteSpan into);
  Result<std::size_t> read_body(ByteSpan into);
  Result<std::size_t> finish();
  Result<void> connect();
  Result<void> accept(HttpResponse response, bool ranged);
  Result<void> accept_part(const HttpResponse& response);
  Result<void> skip(std::uint64_t count);
  Result<void> recover(Error error);
  Error about(Error error) const;
  std::unexpected<Error> size_mismatch(std::string_view what) const;

  Transport& transport_;
  std::string action_;  // "pulling the blob ... of ...", for errors
  ApiRequest request_;
  Descriptor blob_;
  Digester digester_;
  std::uint64_t offset_ = 0;      // bytes handed out and hashed
  std::unique_ptr<Reader> body_;  // positioned at offset_, once connected
  std::string etag_;              // strong, of the bytes that body_ gave
  bool range_works_ = true;
  int failures_ = 0;
  std::uint64_t last_break_ = 0;            // offset of it
  std::optional<std::uint64_t> early_end_;  // offset at which a body ended in good order
  std::optional<Result<std::size_t>> end_;  // what every further read returns
};

}  // namespace tallyman
