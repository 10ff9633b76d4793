#include "registry/registry.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "registry/api_error.h"
#include "registry/blob_reader.h"
#include "registry/digester.h"
#include "registry/manifest.h"
#include "registry/media_types.h"
#include "registry/scope.h"
#include "registry/transport.h"

namespace tallyman {
namespace {

constexpr std::size_t kMaxManifest = 4 << 20;

// What becomes part of a URL path. The grammar is Reference's business; here nothing may change
// the path's meaning.
Result<void> check_repository(std::string_view repository) {
  bool clean = std::ranges::all_of(repository, [](char c) {
    return is_alnum(c) || c == '.' || c == '_' || c == '-' || c == '/';
  });
  std::string framed = "/" + std::string(repository) + "/";
  if (clean && !repository.empty() && framed.find("//") == std::string::npos &&
      framed.find("/./") == std::string::npos && framed.find("/../") == std::string::npos) {
    return {};
  }
  return fail(ErrorKind::invalid, "registry.bad_name",
              fmt::format("\"{}\" is not a repository name", printable(repository.substr(0, 300))));
}

bool is_tag(std::string_view key) {
  return !key.empty() && key.size() <= 128 && (is_alnum(key[0]) || key[0] == '_') &&
         std::ranges::all_of(
             key, [](char c) { return is_alnum(c) || c == '.' || c == '_' || c == '-'; });
}

// The digest that `key` is, empty for a tag.
Result<Digest> parse_key(std::string_view key) {
  if (key.find(':') != std::string_view::npos) return Digest::parse(key);
  if (is_tag(key)) return Digest();
  return fail(ErrorKind::invalid, "registry.bad_name",
              fmt::format("\"{}\" is neither a tag nor a digest", printable(key.substr(0, 300))));
}

}  // namespace

struct Registry::State {
  State(Site site, HttpClient& http, Clock& clock) : transport(std::move(site), http, clock) {}

  Transport transport;

  struct Answer {
    std::string content_type;
    Bytes bytes;
  };
  // The whole answer; a body that breaks is asked for again.
  Result<Answer> fetch_manifest(const ApiRequest& request, const std::string& action) {
    for (int failures = 1;; ++failures) {
      HttpResponse response = TRY(transport.get(request));
      if (response.status != 200) {
        return std::unexpected(api_error(response, transport.site(), Asked::manifest, action));
      }
      Result<Bytes> bytes = read_all(*response.body, kMaxManifest);
      if (bytes) {
        return Answer{std::string(response.headers.get("Content-Type").value_or("")),
                      std::move(*bytes)};
      }
      response.body.reset();
      if (!transport.pause(bytes.error(), failures)) {
        return std::unexpected(with_context(std::move(bytes).error(), action));
      }
    }
  }
};

Result<std::unique_ptr<Registry>> Registry::open(RegistryOptions options, HttpClient& http,
                                                 Clock& clock) {
  Site site = TRY(Site::open(std::move(options)));
  return std::unique_ptr<Registry>(
      new Registry(std::make_unique<State>(std::move(site), http, clock)));
}

Registry::Registry(std::unique_ptr<State> state) : state_(std::move(state)) {}
Registry::~Registry() = default;

Result<void> Registry::check() { return state_->transport.check(); }

Result<FetchedManifest> Registry::manifest(const std::string& repository, const std::string& key) {
  TRY(check_repository(repository));
  Digest wanted = TRY(parse_key(key));
  const std::string action = fmt::format("pulling manifest {} of {}", key, repository);
  ApiRequest request{.path = fmt::format("/v2/{}/manifests/{}", repository, key),
                     .scope = pull_scope(repository),
                     .headers = {{"Accept", std::string(media_type::kAcceptManifests)}}};
  State::Answer answer = TRY(state_->fetch_manifest(request, action));
  Digester digester(wanted.empty() ? "sha256" : wanted.algorithm());
  digester.update(answer.bytes);
  Digest found = digester.finish();
  if (!wanted.empty() && found != wanted) {
    return fail(ErrorKind::corrupt, "registry.digest_mismatch",
                fmt::format("{}: the bytes hash to {}", action, found.text()),
                "the registry does not serve what was asked for: do not use this image");
  }
  auto media_type = agreed_media_type(answer.bytes, answer.content_type);
  if (!media_type) return std::unexpected(with_context(std::move(media_type).error(), action));
  return FetchedManifest{std::move(found), std::move(*media_type), std::move(answer.bytes)};
}

Result<std::unique_ptr<Reader>> Registry::blob(const std::string& repository,
                                               const Descriptor& blob) {
  TRY(check_repository(repository));
  return BlobReader::open(state_->transport, repository, blob);
}

}  // namespace tallyman
