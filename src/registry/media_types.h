#pragma once
// The media types of manifests and configurations (OCI image-spec media-types.md; Docker
// distribution's manifest-v2-2 and manifest-v2-1).

#include <string_view>

namespace tallyman::media_type {

inline constexpr std::string_view kOciIndex = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view kOciManifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view kOciConfig = "application/vnd.oci.image.config.v1+json";
inline constexpr std::string_view kOciEmpty = "application/vnd.oci.empty.v1+json";
inline constexpr std::string_view kDockerList =
    "application/vnd.docker.distribution.manifest.list.v2+json";
inline constexpr std::string_view kDockerManifest =
    "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr std::string_view kDockerConfig = "application/vnd.docker.container.image.v1+json";
inline constexpr std::string_view kSchema1 = "application/vnd.docker.distribution.manifest.v1+json";
inline constexpr std::string_view kSchema1Signed =
    "application/vnd.docker.distribution.manifest.v1+prettyjws";

// What a manifest request accepts, as one header line: a registry may read only the first line,
// and one that is not told of OCI types denies having an OCI image.
inline constexpr std::string_view kAcceptManifests =
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.docker.distribution.manifest.v2+json, "
    "application/vnd.docker.distribution.manifest.v1+prettyjws";

inline bool is_index(std::string_view type) { return type == kOciIndex || type == kDockerList; }
inline bool is_image(std::string_view type) {
  return type == kOciManifest || type == kDockerManifest;
}
inline bool is_schema1(std::string_view type) { return type == kSchema1 || type == kSchema1Signed; }
inline bool is_manifest(std::string_view type) {
  return is_index(type) || is_image(type) || is_schema1(type);
}

}  // namespace tallyman::media_type
