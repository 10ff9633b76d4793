#pragma once
// For tests only: a registry on loopback over the scripted HTTP server, with manifests, blobs
// (ranges too), Basic or Bearer authentication, and a hook for faults.

#include <fmt/format.h>

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/encoding.h"
#include "model/image.h"
#include "registry/digester.h"
#include "registry/media_types.h"
#include "support/http_server.h"

namespace tallyman::testing_support {

class FakeRegistry {
 public:
  enum class Auth : std::uint8_t { none, basic, bearer };
  // Sees a request first; true if it answered it. Called on the connection's thread.
  using Hook = std::function<bool(const TestRequest&, TestConnection&)>;

  // The one user is alice, whose password is s3cret. Bearer tokens come from /token here.
  explicit FakeRegistry(Auth auth = Auth::none,
                        HttpTestServer::Scheme scheme = HttpTestServer::Scheme::http)
      : auth_(auth),
        server_([this](auto& request, auto& connection) { serve(request, connection); }, scheme) {}

  HttpTestServer& server() { return server_; }
  std::string host() const { return server_.host(); }

  void set_hook(Hook hook) {
    std::lock_guard lock(mutex_);
    hook_ = std::move(hook);
  }
  // Every token handed out so far is refused from now on.
  void expire_tokens() {
    std::lock_guard lock(mutex_);
    oldest_token_ = tokens_given_ + 1;
  }

  Descriptor add_blob(std::string content, std::string media_type = {}) {
    Descriptor blob{std::move(media_type), digest_of(content), content.size(), {}};
    std::lock_guard lock(mutex_);
    blobs_[blob.digest.text()] = std::move(content);
    return blob;
  }
  // Under its digest and, unless empty, under `tag`.
  Digest add_manifest(const std::string& repository, const std::string& tag, std::string text,
                      std::string_view media_type = media_type::kOciManifest) {
    Digest digest = digest_of(text);
    std::lock_guard lock(mutex_);
    Stored stored{std::move(text), std::string(media_type)};
    if (!tag.empty()) manifests_[repository + "/manifests/" + tag] = stored;
    manifests_[repository + "/manifests/" + digest.text()] = std::move(stored);
    return digest;
  }

  // The requests so far whose target begins so.
  std::vector<TestRequest> requests(std::string_view target) const {
    std::vector<TestRequest> found;
    for (const TestRequest& request : server_.requests()) {
      if (request.target.starts_with(target)) found.push_back(request);
    }
    return found;
  }

 private:
  struct Stored {
    std::string text;
    std::string media_type;
  };

  static Digest digest_of(std::string_view content) {
    Digester digester("sha256");
    digester.update(as_bytes(content));
    return digester.finish();
  }

  static bool is_alice(const TestRequest& request) {
    return request.header("Authorization") == "Basic " + base64_encode(as_bytes("alice:s3cret"));
  }

  static void error(TestConnection& connection, int status, std::string_view code,
                    TestHeaders headers = {}) {
    headers.emplace_back("Content-Type", "application/json");
    connection.respond(
        status, headers,
        fmt::format(R"({{"errors":[{{"code":"{}","message":"as scripted"}}]}})", code));
  }

  void serve(const TestRequest& request, TestConnection& connection) {
    Hook hook;
    {
      std::lock_guard lock(mutex_);
      hook = hook_;
    }
    if (hook && hook(request, connection)) return;
    std::lock_guard lock(mutex_);
    if (request.target.starts_with("/token?")) return give_token(request, connection);
    if (!admits(request)) return challenge(request, connection);
    if (request.target == "/v2/") return connection.respond(200, {}, "{}");
    std::string_view path = std::string_view(request.target).substr(4);
    if (std::size_t at = path.find("/blobs/"); at != std::string_view::npos) {
      return give_blob(request, connection, std::string(path.substr(at + 7)));
    }
    auto found = manifests_.find(std::string(path));
    if (found == manifests_.end()) return error(connection, 404, "MANIFEST_UNKNOWN");
    connection.respond(200, {{"Content-Type", found->second.media_type}}, found->second.text);
  }

  void give_token(const TestRequest& request, TestConnection& connection) {
    if (!is_alice(request)) return error(connection, 401, "UNAUTHORIZED");
    connection.respond(200, {},
                       fmt::format(R"({{"token":"token-{}","expires_in":300}})", ++tokens_given_));
  }

  bool admits(const TestRequest& request) const {
    if (auth_ == Auth::none) return true;
    if (auth_ == Auth::basic) return is_alice(request);
    for (int token = oldest_token_; token <= tokens_given_; ++token) {
      if (request.header("Authorization") == fmt::format("Bearer token-{}", token)) return true;
    }
    return false;
  }

  void challenge(const TestRequest& request, TestConnection& connection) {
    std::string value = "Basic realm=\"fake\"";
    if (auth_ == Auth::bearer) {
      value = fmt::format(R"(Bearer realm="{}",service="fake")", server_.url("/token"));
      if (!request.header("Authorization").empty()) value += R"(,error="invalid_token")";
    }
    error(connection, 401, "UNAUTHORIZED", {{"WWW-Authenticate", value}});
  }

  void give_blob(const TestRequest& request, TestConnection& connection,
                 const std::string& digest) {
    auto found = blobs_.find(digest);
    if (found == blobs_.end()) return error(connection, 404, "BLOB_UNKNOWN");
    const std::string& content = found->second;
    std::string etag = "\"" + digest + "\"";
    std::string range = request.header("Range");
    std::string wanted = request.header("If-Range");
    if (range.empty() || (!wanted.empty() && wanted != etag)) {
      return connection.respond(200, {{"ETag", etag}}, content);
    }
    std::size_t start = std::stoull(range.substr(std::string_view("bytes=").size()));
    if (start >= content.size()) return error(connection, 416, "UNKNOWN");
    connection.respond(206,
                       {{"ETag", etag},
                        {"Content-Range",
                         fmt::format("bytes {}-{}/{}", start, content.size() - 1, content.size())}},
                       std::string_view(content).substr(start));
  }

  const Auth auth_;
  mutable std::mutex mutex_;  // guards all below but the server
  Hook hook_;
  std::map<std::string, std::string> blobs_;
  std::map<std::string, Stored> manifests_;
  int tokens_given_ = 0;
  int oldest_token_ = 1;
  HttpTestServer server_;  // last: its threads use the rest
};

}  // namespace tallyman::testing_support
