// {
//   "auths": {
//     "registry.example.com":          { "auth": base64("user:password") },
//     "registry.example.com/team/app": { "username": "user", "password": "password" },
//     "https://index.docker.io/v1/":   { "auth": ..., "identitytoken": "..." },
//     "other.example.com:5000":        { "registrytoken": "..." }
//   },
//   "credHelpers": ..., anything else: ignored
// }
// Documentation: docker login, containers-auth.json(5).

#include "auth/docker_config.h"

#include <string.h>  // explicit_bzero is glibc's, not C++'s

#include <algorithm>
#include <array>
#include <filesystem>
#include <vector>

#include "base/encoding.h"
#include "base/file.h"
#include "base/text.h"
#include "parse/json.h"

namespace tallyman {
namespace {

constexpr std::size_t kMaxFileSize = 1 << 20;
constexpr std::string_view kRewriteHint = "mend the file, or log in again to have it written anew";
constexpr std::string_view kDockerHub = "docker.io";
constexpr std::array<std::string_view, 2> kDockerHubNames = {"index.docker.io",
                                                             "registry-1.docker.io"};

// Bytes that hold secrets for a while.
struct WipedBytes {
  Bytes bytes;
  ~WipedBytes() {
    if (!bytes.empty()) explicit_bzero(bytes.data(), bytes.size());
  }
};

std::unexpected<Error> malformed(std::string context, std::string hint) {
  return fail(ErrorKind::invalid, "docker_config.malformed", std::move(context), std::move(hint));
}

// The JSON parser quotes a key that occurs twice; nothing else of the document.
Error not_json(const Error& error) {
  std::string reason = error.code == "json.duplicate_key" ? "a key occurs twice" : error.context;
  return {ErrorKind::invalid, "docker_config.malformed", "not valid JSON: " + reason,
          std::string(kRewriteHint)};
}

// "https://Index.docker.io/v1/" and "docker.io" are both "docker.io"; a path stays.
std::string normalise_key(std::string_view key) {
  for (std::string_view scheme : {"https://", "http://"}) {
    if (key.starts_with(scheme)) key.remove_prefix(scheme.size());
  }
  while (key.ends_with('/')) key.remove_suffix(1);
  for (std::string_view version : {"/v1", "/v2"}) {
    if (key.ends_with(version)) key.remove_suffix(version.size());
  }
  std::size_t end = std::min(key.find('/'), key.size());
  std::string host = to_lower(key.substr(0, end));
  if (host.ends_with(":443")) host.resize(host.size() - 4);
  if (std::ranges::find(kDockerHubNames, host) != kDockerHubNames.end()) host = kDockerHub;
  return host.append(key.substr(end));
}

// "host/a/b", "host/a", "host": what a key for host/a/b may be, most specific first.
std::vector<std::string> scopes(std::string_view registry, std::string_view repository) {
  std::string scope = normalise_key(registry);
  const std::size_t host = scope.size();
  if (!repository.empty()) scope.append("/").append(repository);
  std::vector<std::string> scopes;
  while (true) {
    scopes.push_back(scope);
    if (scope.size() <= host) return scopes;
    scope.resize(scope.rfind('/'));
  }
}

// "user:password" in base64 into `credential`.
Result<void> decode_auth(std::string_view auth, std::string_view key, Credential& credential) {
  std::optional<Bytes> decoded = base64_decode(trim(auth));
  WipedBytes holder{decoded ? *std::move(decoded) : Bytes()};
  Cut parts = cut(as_text(holder.bytes), ':');
  if (!parts.found) {
    return malformed("the auth of \"" + printable(key) + "\" is not base64 of user:password",
                     "log in to that registry again, or write: printf 'USER:PASSWORD' | base64");
  }
  while (parts.after.ends_with('\0')) parts.after.remove_suffix(1);  // some writers pad with NUL
  credential.user = parts.before;
  credential.password = Secret(std::string(parts.after));
  return {};
}

// nullopt if the entry holds nothing (docker leaves {} behind when a helper has the password).
Result<std::optional<Credential>> read_entry(const std::string& key, const Json& entry) {
  if (entry.kind() != Json::Kind::object) {
    return malformed("the entry of \"" + printable(key) + "\" is not an object",
                     "log in to that registry again");
  }
  Credential credential;
  credential.user = entry.text_of("username");
  credential.password = Secret(std::string(entry.text_of("password")));
  std::string_view auth = entry.text_of("auth");
  if (!auth.empty()) TRY(decode_auth(auth, key, credential));
  credential.identity_token = Secret(std::string(entry.text_of("identitytoken")));
  credential.registry_token = Secret(std::string(entry.text_of("registrytoken")));
  if (credential.user.empty() && credential.password.empty() && credential.identity_token.empty() &&
      credential.registry_token.empty()) {
    return std::nullopt;
  }
  return credential;
}

std::vector<std::filesystem::path> candidate_files(const Environment& environment) {
  std::vector<std::filesystem::path> files;
  if (std::string file = environment.get_or_empty("REGISTRY_AUTH_FILE"); !file.empty()) {
    files.emplace_back(file);
  }
  if (std::string folder = environment.get_or_empty("DOCKER_CONFIG"); !folder.empty()) {
    files.push_back(std::filesystem::path(folder) / "config.json");
  } else if (std::string home = environment.get_or_empty("HOME"); !home.empty()) {
    files.push_back(std::filesystem::path(home) / ".docker" / "config.json");
  }
  return files;
}

Result<std::optional<Credential>> look_in(const std::filesystem::path& file,
                                          std::string_view registry, std::string_view repository) {
  Result<Bytes> bytes = read_file(file, kMaxFileSize);
  if (!bytes && bytes.error().kind == ErrorKind::not_found) return std::nullopt;
  if (!bytes && bytes.error().kind == ErrorKind::too_large) {
    return fail(ErrorKind::too_large, "docker_config.too_large",
                file.string() + ": more than 1 MiB", "is this docker's config.json?");
  }
  if (!bytes) return std::unexpected(bytes.error());
  WipedBytes text{*std::move(bytes)};
  Result<std::optional<Credential>> credential =
      docker_config_entry(text.bytes, registry, repository, file.string());
  if (!credential) return std::unexpected(with_context(credential.error(), file.string()));
  return credential;
}

}  // namespace

Result<std::optional<Credential>> docker_config_credential(const Environment& environment,
                                                           std::string_view registry,
                                                           std::string_view repository) {
  for (const std::filesystem::path& file : candidate_files(environment)) {
    std::optional<Credential> credential = TRY(look_in(file, registry, repository));
    if (credential) return credential;
  }
  return std::nullopt;
}

Result<std::optional<Credential>> docker_config_entry(ByteView text, std::string_view registry,
                                                      std::string_view repository,
                                                      const std::string& source) {
  if (trim(as_text(text)).empty()) return std::nullopt;
  Result<Json> document = Json::parse(text, {.bytes = kMaxFileSize});
  if (!document) return std::unexpected(not_json(document.error()));
  const Json* auths = document->find("auths");
  if (document->kind() != Json::Kind::object ||
      (auths != nullptr && auths->kind() != Json::Kind::object)) {
    return malformed("not an object with an object \"auths\"", std::string(kRewriteHint));
  }
  if (auths == nullptr) return std::nullopt;
  for (const std::string& scope : scopes(registry, repository)) {
    for (const auto& [key, entry] : auths->members()) {
      if (normalise_key(key) != scope) continue;
      std::optional<Credential> credential = TRY(read_entry(key, entry));
      if (!credential) continue;
      credential->source = source;
      return credential;
    }
  }
  return std::nullopt;
}

}  // namespace tallyman
