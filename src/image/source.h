#pragma once
// Where an image's manifest and layers come from. Two real kinds: a registry and an OCI layout
// on disk. (A plain directory has no layers and is read by image/directory.h.)

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/reader.h"
#include "base/result.h"
#include "model/image.h"
#include "model/platform.h"
#include "model/reference.h"
#include "registry/registry.h"

namespace tallyman {

// Which platform of an index is wanted.
struct PlatformChoice {
  Platform platform;
  bool explicit_choice = false;  // the user said so: an image of another platform is an error
};

class ImageSource {
 public:
  virtual ~ImageSource() = default;

  virtual const Image& image() const = 0;

  // The packed bytes of layer `index`. The reader fails at its end, instead of ending, when size
  // or digest are not what the manifest says. Thread-safe.
  virtual Result<std::unique_ptr<Reader>> open_layer(std::size_t index) = 0;
};

// Resolves `reference` at its registry: index -> platform -> manifest -> configuration.
// Errors: those of Registry::manifest and blob, parse_manifest, choose_platform; unsupported
// "layer.encrypted"; corrupt "image.layers" when manifest and configuration disagree.
Result<std::unique_ptr<ImageSource>> open_registry_image(const Reference& reference,
                                                         const PlatformChoice& choice,
                                                         std::unique_ptr<Registry> registry);

// Opens an OCI image layout (image-spec, image-layout.md). `tag` is matched against
// org.opencontainers.image.ref.name, or is a digest; empty: the only image there is. Links out of
// the folder are not followed. Errors as above, and not_found "oci.no_such_image" (the hint
// lists the names), invalid "oci.ambiguous", corrupt "oci.malformed", and corrupt
// "oci.digest_mismatch" for a blob.
Result<std::unique_ptr<ImageSource>> open_oci_layout(const std::filesystem::path& folder,
                                                     const std::string& tag,
                                                     const PlatformChoice& choice);

}  // namespace tallyman
