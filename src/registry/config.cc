// The image configuration (OCI image-spec, config.md): platform, history and diff IDs. Whatever
// else is in it (environment, labels, entry point) is not read.

#include <fmt/format.h>

#include "registry/descriptor.h"
#include "registry/manifest.h"

namespace tallyman {
namespace {

constexpr std::size_t kMaxDiffIds = 512;
constexpr std::size_t kMaxHistory = 4096;
constexpr std::size_t kMaxCreatedBy = 4096;  // bytes kept of one history line
constexpr std::size_t kMaxShortText = 128;

std::unexpected<Error> malformed(std::string what) {
  return fail(ErrorKind::corrupt, "config.malformed", std::move(what),
              "the image is damaged or was made by a broken tool: build and push it again");
}

// The parts shared with manifests speak of manifests.
Error of_config(Error error) {
  if (error.code == "manifest.too_large") {
    return {ErrorKind::too_large, "config.too_large", std::move(error.context), {}};
  }
  if (error.code == "manifest.malformed") return malformed(std::move(error.context)).error();
  return error;
}

Result<std::string> short_text(const Json& root, std::string_view key) {
  std::string_view text = root.text_of(key);
  if (text.size() > kMaxShortText) return malformed(fmt::format("\"{}\" is too long", key));
  return std::string(text);
}

Result<std::vector<Digest>> parse_diff_ids(const Json& root) {
  const Json* rootfs = root.find("rootfs");
  if (rootfs == nullptr) return malformed("no \"rootfs\"");
  TRY(refuse_variants(*rootfs, {"diff_ids", "type"}));
  const Json* list = rootfs->find("diff_ids");
  std::vector<Digest> diff_ids;
  // Images from scratch without a layer write null here.
  if (list != nullptr && list->kind() == Json::Kind::null) return diff_ids;
  if (list == nullptr || list->kind() != Json::Kind::array || list->items().size() > kMaxDiffIds) {
    return malformed(fmt::format("\"rootfs.diff_ids\" is not a list of at most {}", kMaxDiffIds));
  }
  for (const Json& item : list->items()) {
    auto digest = parse_digest(item.text());
    if (!digest) {
      return std::unexpected(with_context(of_config(std::move(digest).error()),
                                          fmt::format("diff ID {}", diff_ids.size())));
    }
    diff_ids.push_back(std::move(*digest));
  }
  return diff_ids;
}

Result<std::vector<std::string>> parse_history(const Json& root) {
  std::vector<std::string> lines;
  const Json* history = root.find("history");
  if (history == nullptr) return lines;
  if (history->items().size() > kMaxHistory) {
    return malformed(fmt::format("over {} entries of history", kMaxHistory));
  }
  for (const Json& entry : history->items()) {
    const Json* empty = entry.find("empty_layer");
    if (empty != nullptr && empty->boolean().value_or(false)) continue;
    lines.emplace_back(entry.text_of("created_by").substr(0, kMaxCreatedBy));
  }
  return lines;
}

}  // namespace

Result<ImageConfig> parse_config(ByteView bytes) {
  JsonLimits limits;
  limits.bytes = 8 << 20;
  Result<Json> document = parse_document(bytes, limits);
  if (!document) return std::unexpected(of_config(std::move(document).error()));
  const Json& root = *document;
  TRY(refuse_variants(root, {"os", "architecture", "variant", "created", "rootfs", "history"}));
  ImageConfig config;
  config.platform.os = TRY(short_text(root, "os"));
  config.platform.architecture = TRY(short_text(root, "architecture"));
  config.platform.variant = TRY(short_text(root, "variant"));
  config.created = TRY(short_text(root, "created"));
  config.diff_ids = TRY(parse_diff_ids(root));
  config.layer_history = TRY(parse_history(root));
  return config;
}

}  // namespace tallyman
