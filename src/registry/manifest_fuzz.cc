// Any bytes as a manifest or index and as a configuration; what is accepted keeps its promises.

#include "registry/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tallyman;
  ByteView bytes(data, size);
  auto manifest = parse_manifest(bytes, "");
  if (manifest) {
    if (auto* image = std::get_if<ImageManifest>(&*manifest)) {
      if (image->config.digest.empty() || image->layers.size() > 512) __builtin_trap();
      for (const Descriptor& layer : image->layers) {
        if (layer.digest.empty()) __builtin_trap();
        (void)layer_compression(layer.media_type);
      }
    } else {
      auto entry = choose_platform(std::get<ImageIndex>(*manifest), Platform::host());
      if (entry && entry->attestation) __builtin_trap();
    }
  }
  (void)agreed_media_type(bytes, "application/vnd.oci.image.manifest.v1+json");
  (void)parse_config(bytes);
  return 0;
}
