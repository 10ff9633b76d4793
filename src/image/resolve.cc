#include "image/resolve.h"

#include <fmt/format.h>

#include <utility>
#include <variant>

#include "registry/manifest.h"

namespace tallyman {
namespace {

constexpr int kMaxIndexDepth = 3;
constexpr std::size_t kConfigLimit = 8 << 20;

struct Found {
  FetchedManifest fetched;
  ImageManifest manifest;
  Digest index_digest;
};

Result<Found> follow_indexes(const ImageFetcher& fetcher, std::string key,
                             const Platform& platform) {
  Digest index_digest;
  for (int depth = 0; depth <= kMaxIndexDepth; ++depth) {
    FetchedManifest fetched = TRY(fetcher.manifest(key));
    auto parsed = TRY(parse_manifest(fetched.bytes, fetched.media_type));
    if (auto* manifest = std::get_if<ImageManifest>(&parsed)) {
      return Found{std::move(fetched), std::move(*manifest), index_digest};
    }
    if (index_digest.empty()) index_digest = fetched.digest;
    IndexEntry entry = TRY(choose_platform(std::get<ImageIndex>(parsed), platform));
    key = entry.manifest.digest.text();
  }
  return fail(ErrorKind::too_large, "index.depth",
              fmt::format("image indexes nested more than {} deep", kMaxIndexDepth),
              "name the digest of one image instead");
}

// A layer says nothing of its own platform: only an explicit wish can be contradicted.
Result<void> check_platform(const Platform& found, const PlatformChoice& choice) {
  if (!choice.explicit_choice || found.os.empty() || choice.platform.matches(found)) return {};
  return fail(ErrorKind::not_found, "platform.not_available",
              fmt::format("the image is for {}, not for {}", found.text(), choice.platform.text()),
              fmt::format("leave out --platform, or ask for --platform {}", found.text()));
}

Result<std::vector<Layer>> pair_layers(const ImageManifest& manifest, const ImageConfig& config) {
  if (manifest.layers.size() != config.diff_ids.size()) {
    return fail(ErrorKind::corrupt, "image.layers",
                fmt::format("the manifest lists {} layers and the configuration {}",
                            manifest.layers.size(), config.diff_ids.size()),
                "the image is damaged: build and push it again");
  }
  std::vector<Layer> layers;
  for (std::size_t i = 0; i < manifest.layers.size(); ++i) {
    TRY(layer_compression(manifest.layers[i].media_type));
    std::string created_by =
        i < config.layer_history.size() ? config.layer_history[i] : std::string();
    layers.push_back({manifest.layers[i], config.diff_ids[i], std::move(created_by)});
  }
  return layers;
}

}  // namespace

Result<Image> resolve_image(const ImageFetcher& fetcher, const std::string& key,
                            const PlatformChoice& choice) {
  Found found = TRY(follow_indexes(fetcher, key, choice.platform));
  Bytes config_bytes = TRY(fetcher.blob(found.manifest.config, kConfigLimit));
  ImageConfig config = TRY(parse_config(config_bytes));
  TRY(check_platform(config.platform, choice));

  Image image;
  image.digest = found.fetched.digest;
  image.index_digest = found.index_digest;
  image.config_digest = found.manifest.config.digest;
  image.manifest_media_type = found.manifest.media_type;
  image.platform = config.platform;
  image.created = config.created;
  image.layers = TRY(pair_layers(found.manifest, config));
  return image;
}

}  // namespace tallyman
