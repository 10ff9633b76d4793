#pragma once
// A local blob that is checked while it is read.

#include <memory>
#include <string_view>

#include "base/reader.h"
#include "model/image.h"

namespace tallyman {

// Passes `source` through and fails at its end, instead of ending, unless size (when the
// descriptor gives one) and digest are right: corrupt "AREA.size_mismatch" or
// "AREA.digest_mismatch". Only sha256 blobs: unsupported "digest.unsupported" otherwise.
Result<std::unique_ptr<Reader>> verify_blob(std::unique_ptr<Reader> source, const Descriptor& blob,
                                            std::string_view area);

}  // namespace tallyman
