// Against Debian's docker-registry, so that the fake one stays honest.

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <sstream>

#include "base/file.h"
#include "base/text.h"
#include "http/url.h"
#include "registry/basic.h"
#include "registry/digester.h"
#include "registry/media_types.h"
#include "registry/registry.h"
#include "registry/testing/doubles.h"
#include "support/shared.h"

namespace tallyman {
namespace {

using namespace testing_support;
using testing::ElementsAre;
using testing::HasSubstr;

// A registry process that ends with this object: it watches its standard input.
class RealRegistry {
 public:
  explicit RealRegistry(const std::string& kind) {
    std::array<int, 2> in{};
    std::array<int, 2> out{};
    if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0) return;
    stdin_ = FileDescriptor(in[1]);
    FileDescriptor child_in(in[0]);
    FileDescriptor child_out(out[1]);
    FileDescriptor output(out[0]);
    const std::string folder = folder_.path().string();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(child_in.get(), 0);
      ::dup2(child_out.get(), 1);
      ::execlp("bash", "bash", "-c", kScript, "bash", TALLYMAN_SOURCE, folder.c_str(), kind.c_str(),
               nullptr);
      ::_exit(127);
    }
    child_out = FileDescriptor();
    char c = 0;
    while (::read(output.get(), &c, 1) == 1 && c != '\n') host_ += c;
  }
  ~RealRegistry() {
    stdin_ = FileDescriptor();
    if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
  }
  RealRegistry(const RealRegistry&) = delete;
  RealRegistry& operator=(const RealRegistry&) = delete;

  // "" when it did not start.
  const std::string& host() const { return host_; }
  std::string ca_file() const { return (folder_.path() / "ca.crt").string(); }

 private:
  static constexpr const char* kScript = R"(
    set -e
    . "$1/tools/registry.sh"
    if [[ $3 == tls ]]; then make_certificate "$2"; add_user "$2" alice s3cret; fi
    start_registry "$2" "$3" >&2
    echo "$REGISTRY_HOST"
    read -r _ || true
    kill "$REGISTRY_PID"; wait "$REGISTRY_PID" || true)";

  TemporaryFolder folder_;
  FileDescriptor stdin_;
  pid_t pid_ = -1;
  std::string host_;
};

// The real client, but bodies of blobs break after `allowed` bytes until `breaks` is used up.
class CuttingClient final : public HttpClient {
 public:
  CuttingClient(HttpClient& client, std::size_t allowed, int breaks)
      : client_(client), allowed_(allowed), breaks_(breaks) {}

  Result<HttpResponse> send(const HttpRequest& request) override {
    HttpResponse response = TRY(client_.send(request));
    if (request.url.find("/blobs/") == std::string::npos) return response;
    statuses.push_back(response.status);
    ranges.push_back(header_of(request, "Range"));
    if (response.status >= 300 || breaks_-- <= 0) return response;
    auto part = read_part(*response.body);
    return answer_like(response, std::move(part));
  }

  std::vector<int> statuses;
  std::vector<std::string> ranges;

 private:
  std::string read_part(Reader& body) {
    std::string part(allowed_, '\0');
    auto got = read_full(body, {reinterpret_cast<std::uint8_t*>(part.data()), part.size()});
    part.resize(got.value_or(0));
    return part;
  }
  static HttpResponse answer_like(const HttpResponse& real, std::string part) {
    HttpResponse cut;
    cut.status = real.status;
    cut.headers = real.headers;
    cut.body = std::make_unique<ScriptedBody>(std::move(part), connection_error());
    return cut;
  }

  HttpClient& client_;
  std::size_t allowed_;
  int breaks_;
};

struct Peer {
  RealRegistry server;
  bool tls;
  std::unique_ptr<HttpClient> http = make_http_client(Environment());

  explicit Peer(bool with_tls) : server(with_tls ? "tls" : "plain"), tls(with_tls) {}

  RegistryOptions options(std::string password = "s3cret") const {
    RegistryOptions options;
    options.host = server.host();
    options.plain_http = !tls;
    if (tls) {
      options.tls.ca_file = server.ca_file();
      options.credential = Credential{"alice", Secret(std::move(password)), {}, {}, "the test"};
    }
    return options;
  }

  // PUT or POST with a body; the Location of the answer.
  std::string upload(const std::string& method, const std::string& url, std::string body,
                     const Fields& headers, int expected) {
    HttpRequest request;
    request.method = method;
    request.url = url;
    request.body = std::move(body);
    request.headers = headers;
    request.address = AddressRule::user_named;
    request.tls = options().tls;
    if (tls) request.authorization = basic_authorization("alice", Secret("s3cret"));
    auto response = http->send(request);
    EXPECT_TRUE(response) << describe(response.error());
    if (!response) return {};
    EXPECT_EQ(response->status, expected) << url;
    return std::string(response->headers.get("Location").value_or(""));
  }
  std::string base() const {
    return (tls ? "https://" : "http://") + server.host() + "/v2/team/app";
  }

  Descriptor push_blob(const std::string& content) {
    Descriptor blob{
        .media_type = {}, .digest = digest_of(content), .size = content.size(), .urls = {}};
    std::string location = upload("POST", base() + "/blobs/uploads/", "", {}, 202);
    location += location.find('?') == std::string::npos ? '?' : '&';
    upload("PUT", location + "digest=" + url_encode(blob.digest.text()), content,
           {{"Content-Type", "application/octet-stream"}}, 201);
    return blob;
  }
  static Digest digest_of(std::string_view content) {
    Digester digester("sha256");
    digester.update(as_bytes(content));
    return digester.finish();
  }
};

// Random enough, and longer than what sockets buffer.
std::string layer_of(std::size_t size) {
  std::string content(size, '\0');
  std::uint32_t state = 1;
  for (char& c : content) {
    state = state * 1664525 + 1013904223;
    c = static_cast<char>(state >> 24);
  }
  return content;
}

#define REQUIRE_PEER(peer, tls)                                                            \
  if (std::system("command -v docker-registry >/dev/null") != 0) {                         \
    GTEST_SKIP() << "SKIPPED, no docker-registry: the client was not tried on a real one"; \
  }                                                                                        \
  Peer peer(tls);                                                                          \
  ASSERT_NE((peer).server.host(), "")

void pull_everything(Peer& peer) {
  const std::string content = layer_of(2'000'000);
  const Descriptor blob = peer.push_blob(content);
  const Descriptor config = peer.push_blob("{}");
  const std::string manifest = fmt::format(
      R"({{"schemaVersion":2,"mediaType":"{}","config":{{"mediaType":"{}","digest":"{}","size":2}},)"
      R"("layers":[{{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"{}","size":{}}}]}})",
      media_type::kOciManifest, media_type::kOciConfig, config.digest.text(), blob.digest.text(),
      blob.size);
  peer.upload("PUT", peer.base() + "/manifests/1", manifest,
              {{"Content-Type", std::string(media_type::kOciManifest)}}, 201);

  FakeClock clock;
  CuttingClient cutting(*peer.http, 700'000, 2);
  auto registry = *Registry::open(peer.options(), cutting, clock);
  auto checked = registry->check();
  EXPECT_TRUE(checked) << describe(checked.error());

  for (const std::string& key : {std::string("1"), Peer::digest_of(manifest).text()}) {
    auto fetched = registry->manifest("team/app", key);
    ASSERT_TRUE(fetched) << describe(fetched.error());
    EXPECT_EQ(as_text(fetched->bytes), manifest);
    EXPECT_EQ(fetched->media_type, media_type::kOciManifest);
  }
  auto reader = registry->blob("team/app", blob);
  ASSERT_TRUE(reader) << describe(reader.error());
  auto bytes = read_all(**reader, 4 << 20);
  ASSERT_TRUE(bytes) << describe(bytes.error());
  EXPECT_TRUE(as_text(*bytes) == content);
  EXPECT_THAT(cutting.statuses, ElementsAre(200, 206, 206));
  EXPECT_THAT(cutting.ranges, ElementsAre("", "bytes=700000-", "bytes=1400000-"));

  auto missing = registry->manifest("team/app", "absent");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, "registry.manifest_unknown");
  EXPECT_THAT(missing.error().context, HasSubstr("MANIFEST_UNKNOWN"));
}

TEST(RealRegistry, Plain) {
  REQUIRE_PEER(peer, false);
  pull_everything(peer);
}

TEST(RealRegistry, TlsWithPassword) {
  REQUIRE_PEER(peer, true);
  pull_everything(peer);

  FakeClock clock;
  auto wrong = *Registry::open(peer.options("wrong"), *peer.http, clock);
  auto checked = wrong->check();
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, "registry.unauthorized");
  RegistryOptions anonymous = peer.options();
  anonymous.credential.reset();
  auto nobody = *Registry::open(std::move(anonymous), *peer.http, clock);
  auto fetched = nobody->manifest("team/app", "1");
  ASSERT_FALSE(fetched);
  EXPECT_EQ(fetched.error().code, "registry.unauthorized");
  EXPECT_THAT(fetched.error().context, HasSubstr("UNAUTHORIZED"));
}

}  // namespace
}  // namespace tallyman
