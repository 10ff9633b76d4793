#pragma once
// One image: what a manifest and its configuration say (OCI image-spec; Docker v2 schema 2).

#include <cstdint>
#include <string>
#include <vector>

#include "model/digest.h"
#include "model/platform.h"

namespace tallyman {

struct Descriptor {
  std::string media_type;
  Digest digest;
  std::uint64_t size = 0;         // bytes
  std::vector<std::string> urls;  // of a foreign layer; never fetched unless asked for
};

enum class Compression { none, gzip, zstd, unknown };

struct Layer {
  Descriptor blob;
  Digest diff_id;          // what the configuration claims the tar hashes to
  std::string created_by;  // history line, for people; may be empty
};

struct Image {
  std::string source;    // as the user typed it
  std::string name;      // canonical reference, or the path of a local source
  Digest digest;         // of the image manifest
  Digest index_digest;   // of the index that led to it; empty if none
  Digest config_digest;  // the "image ID"
  std::string manifest_media_type;
  Platform platform;
  std::string created;        // RFC 3339, as the configuration says; may be empty
  std::vector<Layer> layers;  // base first
};

}  // namespace tallyman
