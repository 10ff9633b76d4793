#pragma once
// For tests only: writes an OCI image layout with one image in it.

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/encoding.h"
#include "stream/hash.h"

namespace tallyman::testing_support {

class OciBuilder {
 public:
  explicit OciBuilder(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_ / "blobs" / "sha256");
    std::ofstream(folder_ / "oci-layout") << R"({"imageLayoutVersion":"1.0.0"})";
  }

  // A layer of plain tar bytes; returns its digest.
  std::string layer(std::string_view tar) {
    std::string digest = blob(tar);
    layers_.push_back({digest, digest, tar.size()});
    return digest;
  }
  // The diff ID that the configuration claims for the layer added last.
  void claim_diff_id(std::string diff_id) { layers_.back().diff_id = std::move(diff_id); }

  // Writes configuration, manifest and index; returns the manifest digest.
  std::string image(std::string_view name, std::string_view architecture = "amd64") {
    std::string diff_ids;
    std::string descriptors;
    for (const auto& layer : layers_) {
      diff_ids += fmt::format("{}\"{}\"", diff_ids.empty() ? "" : ",", layer.diff_id);
      descriptors += fmt::format(
          R"({}{{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"{}","size":{}}})",
          descriptors.empty() ? "" : ",", layer.digest, layer.size);
    }
    std::string config = fmt::format(
        R"({{"architecture":"{}","os":"linux","rootfs":{{"type":"layers","diff_ids":[{}]}}}})",
        architecture, diff_ids);
    std::string manifest = fmt::format(
        R"({{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":)"
        R"({{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{}","size":{}}},)"
        R"("layers":[{}]}})",
        blob(config), config.size(), descriptors);
    std::string digest = blob(manifest);
    std::ofstream(folder_ / "index.json")
        << fmt::format(R"({{"schemaVersion":2,"manifests":[{{"mediaType":)"
                       R"("application/vnd.oci.image.manifest.v1+json","digest":"{}","size":{},)"
                       R"("annotations":{{"org.opencontainers.image.ref.name":"{}"}}}}]}})",
                       digest, manifest.size(), name);
    return digest;
  }

  std::filesystem::path blob_path(std::string_view digest) const {
    return folder_ / "blobs" / "sha256" / digest.substr(7);
  }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  struct LayerBlob {
    std::string digest;
    std::string diff_id;
    std::size_t size;
  };

  std::string blob(std::string_view bytes) {
    auto hash = Sha256::of({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    std::string digest = "sha256:" + hex_encode(hash);
    std::ofstream(blob_path(digest), std::ios::binary) << bytes;
    return digest;
  }

  std::filesystem::path folder_;
  std::vector<LayerBlob> layers_;
};

}  // namespace tallyman::testing_support
