#include "registry/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "registry/descriptor.h"
#include "registry/media_types.h"

namespace tallyman {
namespace {

constexpr std::size_t kMaxLayers = 512;
constexpr std::size_t kMaxEntries = 1024;

std::unexpected<Error> malformed(std::string what) {
  return fail(ErrorKind::corrupt, "manifest.malformed", std::move(what));
}

std::unexpected<Error> ambiguous(std::string what) {
  return fail(ErrorKind::corrupt, "manifest.ambiguous", std::move(what),
              "two readers would see two different images: this one is not to be trusted");
}

std::unexpected<Error> artifact(std::string_view type) {
  return fail(ErrorKind::unsupported, "manifest.artifact",
              fmt::format("not a container image but an artifact of type {}",
                          printable(type.substr(0, 200))),
              "name an image; artifacts (charts, signatures, attestations) have no packages");
}

Result<Json> parse_root(ByteView bytes) {
  Json root = TRY(parse_document(bytes, JsonLimits()));
  TRY(refuse_variants(root, {"schemaVersion", "mediaType", "artifactType", "config", "layers",
                             "manifests", "fsLayers", "history", "signatures"}));
  return root;
}

// Which of the three shapes a document has. Two at once is the attack of CVE-2021-41190.
enum class Shape : std::uint8_t { image, index, schema1, none };

Result<Shape> shape_of(const Json& root) {
  bool index = root.find("manifests") != nullptr;
  bool schema1 = root.find("fsLayers") != nullptr;
  bool image = root.find("layers") != nullptr || root.find("config") != nullptr;
  if (int{index} + int{schema1} + int{image} > 1) {
    return ambiguous("an image manifest and an index (or a schema 1 manifest) in one document");
  }
  if (index) return Shape::index;
  if (schema1) return Shape::schema1;
  return image ? Shape::image : Shape::none;
}

Result<std::string> agree(std::string_view transport, std::string_view document) {
  if (!media_type::is_manifest(transport)) return std::string(document);
  if (document.empty() || document == transport) return std::string(transport);
  // The two names of schema 1 differ in the signature only, and the document has one name.
  if (media_type::is_schema1(transport) && media_type::is_schema1(document)) {
    return std::string(transport);
  }
  return ambiguous(fmt::format("served as {} but calls itself {}", transport,
                               printable(document.substr(0, 200))));
}

Result<void> check_is_image(const Json& root, const Descriptor& config) {
  std::string_view type = root.text_of("artifactType");
  if (type.empty() && config.media_type == media_type::kOciEmpty) type = config.media_type;
  if (!type.empty()) return artifact(type);
  // Early schema 2 images call their configuration an octet stream, and some say nothing.
  constexpr std::array<std::string_view, 4> kConfigs = {
      "", media_type::kOciConfig, media_type::kDockerConfig, "application/octet-stream"};
  if (std::ranges::find(kConfigs, config.media_type) == kConfigs.end()) {
    return artifact(config.media_type);
  }
  return {};
}

Result<Descriptor> parse_layer(const Json& json) {
  Descriptor layer = TRY(parse_descriptor(json));
  // Signatures and attestations borrow the image configuration type, not the layers'.
  if (layer.media_type.ends_with("json")) return artifact(layer.media_type);
  return layer;
}

Result<ImageManifest> parse_image(const Json& root, std::string media_type) {
  ImageManifest manifest;
  manifest.media_type =
      media_type.empty() ? std::string(media_type::kOciManifest) : std::move(media_type);
  const Json* config = root.find("config");
  if (config == nullptr) return malformed("no \"config\"");
  auto descriptor = parse_descriptor(*config);
  if (!descriptor) return std::unexpected(with_context(descriptor.error(), "config"));
  manifest.config = std::move(*descriptor);
  TRY(check_is_image(root, manifest.config));

  const Json* layers = root.find("layers");
  if (layers == nullptr || layers->kind() != Json::Kind::array)
    return malformed("no list \"layers\"");
  if (layers->items().size() > kMaxLayers) {
    return fail(
        ErrorKind::too_large, "manifest.too_large",
        fmt::format("{} layers where at most {} are read", layers->items().size(), kMaxLayers));
  }
  for (const Json& item : layers->items()) {
    auto layer = parse_layer(item);
    if (!layer) {
      return std::unexpected(
          with_context(layer.error(), fmt::format("layer {}", manifest.layers.size())));
    }
    manifest.layers.push_back(std::move(*layer));
  }
  return manifest;
}

Result<Platform> parse_entry_platform(const Json& json) {
  Platform platform;
  const Json* found = json.find("platform");
  if (found == nullptr || found->kind() == Json::Kind::null) return platform;
  TRY(refuse_variants(*found, {"os", "architecture", "variant"}));
  platform = {std::string(found->text_of("os")), std::string(found->text_of("architecture")),
              std::string(found->text_of("variant"))};
  if (std::max({platform.os.size(), platform.architecture.size(), platform.variant.size()}) > 128) {
    return malformed("a platform name of over 128 bytes");
  }
  return platform;
}

Result<IndexEntry> parse_entry(const Json& json) {
  IndexEntry entry;
  entry.manifest = TRY(parse_descriptor(json));
  entry.platform = TRY(parse_entry_platform(json));
  const Json* annotations = json.find("annotations");
  entry.attestation =
      (annotations != nullptr &&
       annotations->text_of("vnd.docker.reference.type") == "attestation-manifest") ||
      (entry.platform.os == "unknown" && entry.platform.architecture == "unknown");
  return entry;
}

Result<ImageIndex> parse_index(const Json& root, std::string media_type) {
  ImageIndex index;
  index.media_type =
      media_type.empty() ? std::string(media_type::kOciIndex) : std::move(media_type);
  const Json& manifests = *root.find("manifests");
  if (manifests.kind() != Json::Kind::array) return malformed("\"manifests\" is not a list");
  if (manifests.items().size() > kMaxEntries) {
    return fail(ErrorKind::too_large, "manifest.too_large",
                fmt::format("an index of {} entries where at most {} are read",
                            manifests.items().size(), kMaxEntries));
  }
  std::size_t number = 0;
  for (const Json& item : manifests.items()) {
    auto entry = parse_entry(item);
    if (!entry) {
      return std::unexpected(with_context(entry.error(), fmt::format("index entry {}", number)));
    }
    ++number;
    if (item.text_of("artifactType").empty()) index.entries.push_back(std::move(*entry));
  }
  return index;
}

}  // namespace

Result<std::string> agreed_media_type(ByteView bytes, std::string_view content_type) {
  Json root = TRY(parse_root(bytes));
  return agree(to_lower(trim(cut(content_type, ';').before)), root.text_of("mediaType"));
}

Result<std::variant<ImageManifest, ImageIndex>> parse_manifest(ByteView bytes,
                                                               std::string_view media_type) {
  Json root = TRY(parse_root(bytes));
  Shape shape = TRY(shape_of(root));
  std::string type = TRY(agree(media_type, root.text_of("mediaType")));
  const Json* version = root.find("schemaVersion");
  bool first_version = version != nullptr && version->unsigned_number() == 1U;
  if (shape == Shape::schema1 || media_type::is_schema1(type) || first_version) {
    return fail(ErrorKind::unsupported, "manifest.schema1",
                "a Docker schema 1 manifest, a format given up in 2017",
                "pull the image and push it again with any current tool, then scan that");
  }
  if (!type.empty() && !media_type::is_manifest(type)) return artifact(type);
  if (shape == Shape::none) return malformed("neither an image manifest nor an index");
  bool says_index = type.empty() ? shape == Shape::index : media_type::is_index(type);
  if (says_index != (shape == Shape::index)) {
    return ambiguous(fmt::format("calls itself {} but is not shaped like one", type));
  }
  if (shape == Shape::index) return TRY(parse_index(root, std::move(type)));
  return TRY(parse_image(root, std::move(type)));
}

Result<Compression> layer_compression(std::string_view media_type) {
  std::string type = to_lower(media_type);
  if (type.find("+encrypted") != std::string::npos) {
    return fail(ErrorKind::unsupported, "layer.encrypted",
                fmt::format("a layer of type {} cannot be read without its key",
                            printable(media_type.substr(0, 200))),
                "scan the image before it is encrypted");
  }
  if (type.ends_with("+gzip") || type.ends_with(".gzip")) return Compression::gzip;
  if (type.ends_with("+zstd") || type.ends_with(".zstd")) return Compression::zstd;
  if (type.ends_with(".tar")) return Compression::none;
  return Compression::unknown;
}

}  // namespace tallyman
