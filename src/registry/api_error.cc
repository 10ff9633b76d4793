#include "registry/api_error.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "parse/json.h"
#include "registry/basic.h"
#include "registry/retry.h"

namespace tallyman {
namespace {

constexpr std::size_t kMaxBody = 64 << 10;
constexpr std::size_t kShown = 200;  // bytes of the registry's own words

constexpr std::string_view kBasic = "Basic ";

// A server that echoes the request would put a password on the terminal and in CI logs.
bool repeats_secret(std::string_view text, const Credential* credential) {
  if (credential == nullptr) return false;
  for (const Secret* secret :
       {&credential->password, &credential->identity_token, &credential->registry_token}) {
    if (!secret->empty() && text.find(secret->reveal()) != std::string_view::npos) return true;
  }
  if (credential->password.empty()) return false;
  const Secret basic = basic_authorization(credential->user, credential->password);
  return text.find(basic.reveal().substr(kBasic.size())) != std::string_view::npos;
}

// {"errors":[{"code":"DENIED","message":"..."}]} of the API; {"error":...} and {"details":...} of
// token servers.
std::string registrys_words(const Json& body) {
  const Json* errors = body.find("errors");
  if (errors != nullptr && !errors->items().empty()) {
    const Json& first = errors->items().front();
    std::string words(first.text_of("code"));
    std::string_view message = first.text_of("message");
    if (!words.empty() && !message.empty()) words += ": ";
    return words.append(message);
  }
  for (std::string_view key : {"error_description", "details", "message", "error"}) {
    if (std::string_view text = body.text_of(key); !text.empty()) return std::string(text);
  }
  return {};
}

std::string words_of(HttpResponse& response, const Credential* credential) {
  // docker-registry announces the whole blob's length over the short body of a 416.
  if (!response.body || response.status == 416) return {};
  auto bytes = read_all(*response.body, kMaxBody);
  if (!bytes) return {};
  JsonLimits limits;
  limits.case_variants = true;
  auto body = Json::parse(*bytes, limits);
  if (!body) return {};
  std::string words = registrys_words(*body);
  if (repeats_secret(words, credential)) return {};
  return printable(std::string_view(words).substr(0, kShown));
}

std::string unauthorized_hint(const Site& site) {
  const Credential* credential = site.credential();
  if (credential == nullptr) {
    return fmt::format("sign in: tallyman registry add {} --username USER", site.options.host);
  }
  return fmt::format(
      "the credential from {} was not accepted; change it with tallyman registry "
      "update {}",
      credential->source.empty() ? "the configuration" : credential->source, site.options.host);
}

Error missing(Asked asked, std::string context) {
  constexpr std::string_view kHint = "it does not exist, or this credential may not see it";
  switch (asked) {
    case Asked::blob:
      return {ErrorKind::not_found, "registry.blob_unknown", std::move(context),
              std::string(kHint)};
    case Asked::token:
      return {ErrorKind::not_found, "registry.no_token_service", std::move(context),
              "the registry names a token service that is not there"};
    default:
      return {ErrorKind::not_found, "registry.manifest_unknown", std::move(context),
              std::string(kHint)};
  }
}

}  // namespace

Error api_error(HttpResponse& response, const Site& site, Asked asked, std::string_view action) {
  std::string words = words_of(response, site.credential());
  std::string context =
      fmt::format("{}: {} answers {}", action, site.options.host, response.status);
  if (!words.empty()) context += fmt::format(" ({})", words);
  switch (response.status) {
    case 401:
      return {ErrorKind::unauthenticated, "registry.unauthorized", context,
              unauthorized_hint(site)};
    case 403:
      return {ErrorKind::denied, "registry.denied", context,
              "it does not exist, or this credential may not pull it"};
    case 404:
    case 410:
      return missing(asked, std::move(context));
    case 429:
      return {ErrorKind::unavailable, "registry.rate_limited", context,
              "try again later; signed-in users often have a higher limit"};
    default:
      break;
  }
  if (means_later(response.status)) {
    return {ErrorKind::unavailable, "registry.unavailable", context, "try again later"};
  }
  return {ErrorKind::invalid, "registry.refused", context, {}};
}

}  // namespace tallyman
