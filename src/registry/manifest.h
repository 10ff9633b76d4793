#pragma once
// Reads manifests, indexes and image configurations (OCI image-spec, Docker v2 schema 2), which
// strangers wrote: bounded, ambiguous documents refused, every digest validated.

#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "model/image.h"

namespace tallyman {

struct ImageManifest {
  std::string media_type;
  Descriptor config;
  std::vector<Descriptor> layers;  // base first, at most 512
};

struct IndexEntry {
  Descriptor manifest;
  Platform platform;         // empty parts when the index does not say
  bool attestation = false;  // a claim about another entry, never an image
};

struct ImageIndex {
  std::string media_type;
  std::vector<IndexEntry> entries;
};

struct ImageConfig {
  Platform platform;
  std::string created;
  std::vector<Digest> diff_ids;
  std::vector<std::string> layer_history;  // created_by of each entry that made a layer
};

// The media type that both `content_type` (of the response; parameters ignored) and the document's
// own mediaType allow; "" when neither says. A Content-Type that is not of a manifest says
// nothing. Errors: as parse_manifest's; corrupt "manifest.ambiguous" when the two disagree.
Result<std::string> agreed_media_type(ByteView bytes, std::string_view content_type);

// `media_type` is what the transport said (may be empty: then the document's own decides).
// Errors: unsupported "manifest.schema1", "manifest.artifact" (not a container image: says which
// artifact type), "digest.unsupported"; corrupt "manifest.malformed", "manifest.ambiguous"
// (manifest and index at once, duplicate or case-variant keys); too_large "manifest.too_large".
Result<std::variant<ImageManifest, ImageIndex>> parse_manifest(ByteView bytes,
                                                               std::string_view media_type);

// Errors: corrupt "config.malformed", "manifest.ambiguous"; too_large "config.too_large";
// unsupported "digest.unsupported".
Result<ImageConfig> parse_config(ByteView bytes);

// The entry that serves `wanted`: attestations and artifacts never; an entry of exactly that
// platform, else (arm) the newest variant, else the first that matches, else the first that names
// no platform. not_found "platform.not_available" lists what there is.
Result<IndexEntry> choose_platform(const ImageIndex& index, const Platform& wanted);

// How a layer of that media type claims to be packed. Encrypted layers are unsupported
// "layer.encrypted"; a media type we do not know gives `unknown` (the bytes decide).
Result<Compression> layer_compression(std::string_view media_type);

}  // namespace tallyman
