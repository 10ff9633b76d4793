#include "registry/registry.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "registry/testing/client.h"
#include "registry/testing/fake_registry.h"
#include "support/shared.h"

namespace tallyman {
namespace {

using namespace testing_support;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Auth = FakeRegistry::Auth;

const std::string kManifest =
    R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json"})";

TEST(Registry, ManifestsByTagAndDigest) {
  FakeRegistry fake;
  Digest digest = fake.add_manifest("team/app", "1", kManifest);
  Client client(fake.host());
  auto fetched = client.registry->manifest("team/app", "1");
  ASSERT_TRUE(fetched) << describe(fetched.error());
  EXPECT_EQ(fetched->digest, digest);
  EXPECT_EQ(as_text(fetched->bytes), kManifest);
  EXPECT_EQ(fetched->media_type, media_type::kOciManifest);
  EXPECT_EQ(client.manifest(digest.text()), digest.text());
  auto requests = fake.requests("/v2/team/app/manifests/");
  ASSERT_THAT(requests, SizeIs(2));
  EXPECT_EQ(requests[0].header("Accept"), media_type::kAcceptManifests);
  EXPECT_EQ(fake.server().accepted(), 1) << "one connection for all";
}

TEST(Registry, Authentication) {
  for (Auth auth : {Auth::basic, Auth::bearer}) {
    FakeRegistry fake(auth);
    Digest digest = fake.add_manifest("team/app", "1", kManifest);
    Descriptor blob = fake.add_blob("content");
    Client client(fake.host(), true);
    EXPECT_TRUE(client.registry->check());
    EXPECT_EQ(client.manifest("1"), digest.text());
    EXPECT_EQ(client.blob(blob), "content");

    Client anonymous(fake.host());
    EXPECT_EQ(anonymous.manifest("1"), "registry.unauthorized");
    EXPECT_EQ(anonymous.error.kind, ErrorKind::unauthenticated);
    Client wrong(fake.host(), true,
                 [](RegistryOptions& o) { o.credential->password = Secret("wrong"); });
    EXPECT_EQ(wrong.manifest("1"), "registry.unauthorized");
    EXPECT_THAT(wrong.error.hint, HasSubstr("the test"));
    auto checked = wrong.registry->check();
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code, "registry.unauthorized");
  }
}

TEST(Registry, OverTlsWithItsOwnAuthority) {
  FakeRegistry fake(Auth::bearer, HttpTestServer::Scheme::https);
  Digest digest = fake.add_manifest("team/app", "1", kManifest);
  TemporaryFolder folder;
  std::string ca = (folder.path() / "ca.pem").string();
  std::ofstream(ca) << fake.server().ca_pem();
  auto tls = [&](RegistryOptions& options) {
    options.plain_http = false;
    options.tls.ca_file = ca;
  };
  Client client(fake.host(), true, tls);
  EXPECT_EQ(client.manifest("1"), digest.text()) << describe(client.error);
  Client untrusting(fake.host(), true,
                    [](RegistryOptions& options) { options.plain_http = false; });
  EXPECT_EQ(untrusting.manifest("1"), "http.tls_untrusted");
  EXPECT_EQ(untrusting.clock.passed().count(), 0) << "not worth a second try";
}

TEST(Registry, WhatIsNotThereOrHidden) {
  FakeRegistry fake;
  Client client(fake.host());
  EXPECT_EQ(client.manifest("absent"), "registry.manifest_unknown");
  EXPECT_EQ(client.error.kind, ErrorKind::not_found);
  EXPECT_THAT(client.error.context, HasSubstr("MANIFEST_UNKNOWN: as scripted"));
  EXPECT_THAT(client.error.hint, HasSubstr("may not see it"));
  Descriptor absent{.media_type = {},
                    .digest = *Digest::parse("sha256:" + std::string(64, '0')),
                    .size = 1,
                    .urls = {}};
  EXPECT_EQ(client.blob(absent), "registry.blob_unknown");
}

TEST(Registry, NamesAreCheckedBeforeTheyAreSent) {
  FakeRegistry fake;
  Client client(fake.host());
  for (const std::string& key :
       std::vector<std::string>{"", "../x", "a/b", "a b", "a?b", "-a", std::string(129, 'a')}) {
    EXPECT_EQ(client.manifest(key), "registry.bad_name") << key;
  }
  EXPECT_EQ(client.manifest("sha256:../../x"), "digest.malformed");
  for (std::string repository :
       {"", "a//b", "/a", "a/", "../a", "a/../b", "a?b", "a#b", "a%2fb", "a b"}) {
    auto fetched = client.registry->manifest(repository, "1");
    ASSERT_FALSE(fetched) << repository;
    EXPECT_EQ(fetched.error().code, "registry.bad_name") << repository;
    Descriptor blob{.media_type = {},
                    .digest = *Digest::parse("sha256:" + std::string(64, '0')),
                    .size = 1,
                    .urls = {}};
    EXPECT_FALSE(client.registry->blob(repository, blob)) << repository;
  }
  EXPECT_THAT(fake.server().requests(), IsEmpty());
}

// Threat 12: a valid manifest, but not the one that was pinned.
TEST(Registry, APinnedDigestIsHeld) {
  FakeRegistry fake;
  Digest pinned = fake.add_manifest("team/app", "", kManifest);
  fake.set_hook([](const TestRequest& request, TestConnection& connection) {
    if (request.target == "/v2/") return false;
    connection.respond(
        200, {{"Docker-Content-Digest", request.target.substr(request.target.find("sha256:"))}},
        R"({"schemaVersion":2,"other":1})");
    return true;
  });
  Client client(fake.host());
  EXPECT_EQ(client.manifest(pinned.text()), "registry.digest_mismatch");
  EXPECT_EQ(client.error.kind, ErrorKind::corrupt);
}

TEST(Registry, TypesMustAgree) {
  FakeRegistry fake;
  fake.add_manifest("team/app", "lies", kManifest, media_type::kOciIndex);
  fake.add_manifest("team/app", "plain", kManifest, "text/plain");
  Client client(fake.host());
  EXPECT_EQ(client.manifest("lies"), "manifest.ambiguous");
  auto fetched = client.registry->manifest("team/app", "plain");
  ASSERT_TRUE(fetched);
  EXPECT_EQ(fetched->media_type, media_type::kOciManifest);
}

// Threat 16: documents that never end.
TEST(Registry, EndlessManifestsAndErrorsAreCut) {
  for (int status : {200, 404}) {
    FakeRegistry fake;
    fake.set_hook([=](const TestRequest& request, TestConnection& connection) {
      if (request.target == "/v2/") return false;
      std::string chunk = fmt::format("{:x}\r\n{}\r\n", 65536, std::string(65536, ' '));
      connection.send(fmt::format("HTTP/1.1 {} X\r\nTransfer-Encoding: chunked\r\n\r\n", status));
      while (connection.send(chunk)) {
      }
      return true;
    });
    Client client(fake.host());
    EXPECT_EQ(client.manifest("1"),
              status == 200 ? "stream.too_large" : "registry.manifest_unknown");
  }
}

// Threat 18: compressed answers are not unpacked, so a small one stays small.
TEST(Registry, NothingIsDecoded) {
  FakeRegistry fake;
  Descriptor blob = fake.add_blob("\x1f\x8b not unpacked");
  fake.set_hook([](const TestRequest& request, TestConnection& connection) {
    if (request.target == "/v2/") return false;
    connection.respond(200, {{"Content-Encoding", "gzip"}}, "\x1f\x8b not unpacked");
    return true;
  });
  Client client(fake.host());
  EXPECT_EQ(client.blob(blob), "\x1f\x8b not unpacked");
  EXPECT_EQ(fake.requests("/v2/team").front().header("Accept-Encoding"), "");
}

// Answers requests for blobs with a redirect there.
FakeRegistry::Hook redirect_blobs(std::string location) {
  return [location](const TestRequest& request, TestConnection& connection) {
    if (request.target.find("/blobs/") == std::string::npos) return false;
    if (request.header("Authorization").empty()) return false;
    connection.respond(307, {{"Location", location + request.target}});
    return true;
  };
}

// Threat 3, on real sockets: the same host, another port.
TEST(Registry, StorageOnAnotherPortSeesNoCredential) {
  FakeRegistry storage;
  Descriptor blob = storage.add_blob("content");
  FakeRegistry fake(Auth::basic);
  fake.set_hook(redirect_blobs("http://" + storage.host()));
  Client client(fake.host(), true);
  EXPECT_EQ(client.blob(blob), "content") << describe(client.error);
  ASSERT_THAT(storage.server().requests(), SizeIs(1));
  EXPECT_EQ(storage.server().requests()[0].header("Authorization"), "");
}

// Threat 5: a registry must not send us to addresses of the inside.
TEST(Registry, RedirectsToPrivateAddressesAreRefused) {
  FakeRegistry fake(Auth::basic);
  Descriptor blob = fake.add_blob("content");
  std::uint16_t port = fake.server().port();
  Client client(fake.host(), true);
  for (std::string host : {std::string("169.254.169.254"), fmt::format("[::ffff:7f00:1]:{}", port),
                           fmt::format("localhost:{}", port), fmt::format("127.0.0.2:{}", port),
                           std::string("10.0.0.1"), std::string("[fd00::1]")}) {
    fake.set_hook(redirect_blobs("http://" + host));
    EXPECT_EQ(client.blob(blob), "http.address_refused") << host;
  }
  for (std::string host : {"2130706433", "0x7f.1", "0177.0.0.1"}) {
    fake.set_hook(redirect_blobs("http://" + host));
    EXPECT_EQ(client.blob(blob), "registry.bad_redirect") << host;
  }
  Client trusting(fake.host(), true, [](RegistryOptions& o) { o.allow_private_hosts = true; });
  fake.set_hook(redirect_blobs(fmt::format("http://127.0.0.2:{}", closed_port())));
  EXPECT_EQ(trusting.blob(blob), "http.refused") << "tried at least";
}

// Threat 2: the realm of a stranger.
TEST(Registry, RealmsOfStrangersGetNothing) {
  HttpTestServer evil(
      [](const TestRequest&, TestConnection& connection) { connection.respond(200, {}, "{}"); });
  FakeRegistry fake;
  fake.set_hook([&](const TestRequest&, TestConnection& connection) {
    connection.respond(401,
                       {{"WWW-Authenticate",
                         fmt::format(R"(Bearer realm="http://localhost:{}/token")", evil.port())}});
    return true;
  });
  Client client(fake.host(), true);
  EXPECT_EQ(client.manifest("1"), "registry.realm_refused");
  EXPECT_EQ(client.error.kind, ErrorKind::denied);
  Client anonymous(fake.host());
  EXPECT_EQ(anonymous.manifest("1"), "http.address_refused");
  EXPECT_THAT(evil.requests(), IsEmpty());
}

TEST(Registry, NoSecretInAnyError) {
  FakeRegistry fake(Auth::bearer);
  fake.set_hook([](const TestRequest& request, TestConnection& connection) {
    if (request.target == "/v2/") return false;
    connection.respond(403, {},
                       R"({"errors":[{"code":"X","message":"alice:s3cret is not welcome"}]})");
    return true;
  });
  Client client(fake.host(), true);
  EXPECT_EQ(client.manifest("1"), "registry.denied");
  EXPECT_EQ(describe(client.error).find("s3cret"), std::string::npos);
}

}  // namespace
}  // namespace tallyman
