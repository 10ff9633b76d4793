#pragma once
// From a name to an Image, whatever the transport: follows indexes to the wanted platform, reads
// the configuration, and pairs each layer with its diff ID.

#include <functional>
#include <string>

#include "image/source.h"

namespace tallyman {

// How a transport fetches; both results have been checked against their digests.
struct ImageFetcher {
  // By tag (first call only) or by digest.
  std::function<Result<FetchedManifest>(const std::string& key)> manifest;
  std::function<Result<Bytes>(const Descriptor& blob, std::size_t limit)> blob;
};

// `key` is a tag or digest; `source` and `name` go into the image as they are. At most three
// nested indexes. Errors: see image/source.h.
Result<Image> resolve_image(const ImageFetcher& fetcher, const std::string& key,
                            const PlatformChoice& choice);

}  // namespace tallyman
