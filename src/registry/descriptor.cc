#include "registry/descriptor.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/text.h"
#include "registry/digester.h"

namespace tallyman {
namespace {

constexpr std::uint64_t kMaxBlobSize = 1ULL << 40;  // no layer is near 1 TiB
constexpr std::size_t kMaxUrls = 16;
constexpr std::size_t kMaxText = 2048;  // of a media type or a URL

std::unexpected<Error> malformed(std::string what) {
  return fail(ErrorKind::corrupt, "manifest.malformed", std::move(what),
              "the image is damaged or was made by a broken tool: build and push it again");
}

Result<std::vector<std::string>> parse_urls(const Json& json) {
  std::vector<std::string> urls;
  const Json* list = json.find("urls");
  if (list == nullptr || list->kind() == Json::Kind::null) return urls;
  if (list->kind() != Json::Kind::array || list->items().size() > kMaxUrls) {
    return malformed(fmt::format("\"urls\" is not a list of at most {}", kMaxUrls));
  }
  for (const Json& url : list->items()) {
    if (url.text().empty() || url.text().size() > kMaxText)
      return malformed("a bad URL in \"urls\"");
    urls.emplace_back(url.text());
  }
  return urls;
}

// A copy of the content may ride along; one that is not the content would give two readers two
// images.
Result<void> check_data(const Json& json, const Descriptor& descriptor) {
  const Json* data = json.find("data");
  if (data == nullptr) return {};
  auto content = base64_decode(data->text());
  if (data->kind() != Json::Kind::string || !content || content->size() != descriptor.size ||
      Digester::of(*content, descriptor.digest) != descriptor.digest) {
    return malformed("the embedded \"data\" is not what digest and size say");
  }
  return {};
}

}  // namespace

Result<Json> parse_document(ByteView bytes, const JsonLimits& limits) {
  JsonLimits lenient = limits;
  lenient.case_variants = true;
  Result<Json> json = Json::parse(bytes, lenient);
  if (json) {
    if (json->kind() != Json::Kind::object) return malformed("not a JSON object");
    return json;
  }
  Error error = std::move(json).error();
  if (error.kind == ErrorKind::too_large) {
    return fail(ErrorKind::too_large, "manifest.too_large", std::move(error.context));
  }
  if (error.code == "json.duplicate_key") {
    return fail(ErrorKind::corrupt, "manifest.ambiguous", std::move(error.context));
  }
  return malformed(std::move(error.context));
}

Result<void> refuse_variants(const Json& object, std::initializer_list<std::string_view> keys) {
  for (std::string_view key : keys) {
    if (auto variant = object.variant_of(key)) {
      return fail(ErrorKind::corrupt, "manifest.ambiguous",
                  fmt::format("the key \"{}\", which some readers take for \"{}\"",
                              printable(variant->substr(0, 100)), key));
    }
  }
  return {};
}

Result<Digest> parse_digest(std::string_view text) {
  auto digest = Digest::parse(text);
  if (digest) return digest;
  Error error = std::move(digest).error();
  if (error.code != "digest.unsupported") return malformed(error.context);
  error.kind = ErrorKind::unsupported;
  return std::unexpected(std::move(error));
}

Result<Descriptor> parse_descriptor(const Json& json) {
  if (json.kind() != Json::Kind::object) return malformed("a descriptor that is not an object");
  TRY(refuse_variants(json, {"mediaType", "digest", "size", "urls", "data", "platform",
                             "annotations", "artifactType"}));
  Descriptor descriptor;
  descriptor.media_type = json.text_of("mediaType");
  if (descriptor.media_type.size() > kMaxText) return malformed("a media type of over 2 KiB");
  descriptor.digest = TRY(parse_digest(json.text_of("digest")));
  const Json* size = json.find("size");
  auto bytes = size == nullptr ? std::nullopt : size->unsigned_number();
  if (!bytes || *bytes > kMaxBlobSize) {
    return malformed("a descriptor without a size between 0 and 1 TiB");
  }
  descriptor.size = *bytes;
  descriptor.urls = TRY(parse_urls(json));
  TRY(check_data(json, descriptor));
  return descriptor;
}

}  // namespace tallyman
