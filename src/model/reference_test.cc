#include "model/reference.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "model/testing/tables.h"
#include "support/shared.h"

namespace tallyman {
namespace {

const std::string kHex(64, 'a');
const std::string kDigest = "sha256:" + kHex;

std::string parsed(const std::string& text) {
  Result<Reference> reference = Reference::parse(text);
  return reference ? reference->text() : reference.error().code;
}

void expect_malformed(const std::string& text) {
  Result<Reference> reference = Reference::parse(text);
  ASSERT_FALSE(reference.has_value()) << text;
  EXPECT_EQ(reference.error().kind, ErrorKind::invalid) << text;
  EXPECT_EQ(reference.error().code, "reference.malformed") << text;
  EXPECT_FALSE(reference.error().hint.empty()) << text;
}

TEST(Reference, Defaults) {
  Reference reference = Reference::parse("alpine").value();
  EXPECT_EQ(reference.registry, "docker.io");
  EXPECT_EQ(reference.repository, "library/alpine");
  EXPECT_EQ(reference.tag, "latest");
  EXPECT_TRUE(reference.digest.empty());
  EXPECT_EQ(reference.api_host(), "registry-1.docker.io");
  EXPECT_EQ(reference.manifest_key(), "latest");
  EXPECT_EQ(reference.name(), "docker.io/library/alpine");
}

TEST(Reference, Parts) {
  Reference reference = Reference::parse("Host.Example:5000/a/b:tag@" + kDigest).value();
  EXPECT_EQ(reference.registry, "host.example:5000");
  EXPECT_EQ(reference.repository, "a/b");
  EXPECT_EQ(reference.tag, "tag");
  EXPECT_EQ(reference.digest.text(), kDigest);
  EXPECT_EQ(reference.api_host(), "host.example:5000");
  EXPECT_EQ(reference.manifest_key(), kDigest);
  EXPECT_EQ(reference.text(), "host.example:5000/a/b:tag@" + kDigest);
}

TEST(Reference, WhatIsAHost) {
  EXPECT_EQ(parsed("team/app"), "docker.io/team/app:latest");
  EXPECT_EQ(parsed("localhost/app"), "localhost/app:latest");
  EXPECT_EQ(parsed("LOCALHOST/app"), "localhost/app:latest");
  EXPECT_EQ(parsed("localhost"), "docker.io/library/localhost:latest");
  EXPECT_EQ(parsed("test:5000/app"), "test:5000/app:latest");
  EXPECT_EQ(parsed("test.com:5000"), "docker.io/library/test.com:5000");
  EXPECT_EQ(parsed("[::1]:5000/app"), "[::1]:5000/app:latest");
  EXPECT_EQ(parsed("[2001:DB8::1]/app:1"), "[2001:db8::1]/app:1");
  EXPECT_EQ(parsed("xn--bcher-kva.example/app"), "xn--bcher-kva.example/app:latest");
}

TEST(Reference, DockerHubHasManyNames) {
  for (std::string text : {"docker.io/library/alpine", "docker.io/alpine", "index.docker.io/alpine",
                           "Docker.IO/alpine", "docker.io:443/alpine", "docker.io./alpine",
                           "index.docker.io:443/library/alpine"}) {
    EXPECT_EQ(parsed(text), "docker.io/library/alpine:latest") << text;
  }
}

TEST(Reference, HostsAreCanonical) {
  EXPECT_EQ(parsed("Example.COM./a"), "example.com/a:latest");
  EXPECT_EQ(parsed("example.com:443/a"), "example.com/a:latest");
  EXPECT_EQ(parsed("example.com.:0443/a"), "example.com/a:latest");
  EXPECT_EQ(parsed("example.com:05000/a"), "example.com:5000/a:latest");
  EXPECT_EQ(parsed("localhost:443/a"), "localhost/a:latest");
  EXPECT_EQ(parsed("[::1]:443/a"), "[::1]/a:latest");
}

// Without its port a one-word host would read as the first part of a path on docker.io.
TEST(Reference, OneWordHostsKeepTheirPort) {
  EXPECT_EQ(parsed("myhost:443/a"), "myhost:443/a:latest");
  EXPECT_EQ(parsed("myhost./a"), "myhost:443/a:latest");
  EXPECT_EQ(parsed(parsed("myhost./a")), "myhost:443/a:latest");
}

TEST(Reference, MalformedHosts) {
  for (const std::string& text : {std::string("-a.com/x"),
                                  std::string("a-.com/x"),
                                  std::string("a..com/x"),
                                  std::string(".com/x"),
                                  std::string("a_b.com/x"),
                                  std::string("./x"),
                                  std::string("../x"),
                                  std::string("a.com:/x"),
                                  std::string("a.com:0/x"),
                                  std::string("a.com:65536/x"),
                                  std::string("a.com:99999999999/x"),
                                  std::string("a.com:v1/x"),
                                  std::string(":5000/x"),
                                  std::string("fc00::1:5000/x"),
                                  std::string("[::1/x"),
                                  std::string("[]/x"),
                                  std::string("[/x"),
                                  std::string("[::1]5000/x"),
                                  std::string("[::g]/x"),
                                  std::string("[fe80::1%eth0]/x"),
                                  std::string("[::ffff:1.2.3.4]/x"),
                                  std::string("[::1\0]/x", 8),
                                  std::string("b\xC3\xBC"
                                              "cher.example/x"),
                                  std::string(256, 'a') + ".com/x",
                                  std::string("user@host.com/x"),
                                  std::string("https://host.com/x")}) {
    expect_malformed(text);
  }
}

TEST(Reference, MalformedPathsTagsAndDigests) {
  for (const std::string& text : {std::string(),
                                  std::string("/"),
                                  std::string("a/"),
                                  std::string("/a"),
                                  std::string("a//b"),
                                  std::string("A"),
                                  std::string("a/B"),
                                  std::string("Foo/bar"),
                                  std::string("a b"),
                                  std::string("-a"),
                                  std::string("a-"),
                                  std::string("a..b"),
                                  std::string("a___b"),
                                  std::string("a._b"),
                                  std::string("a/../b"),
                                  std::string("a\nb"),
                                  std::string("a\0b", 3),
                                  std::string("a:"),
                                  std::string(":tag"),
                                  std::string("a:.x"),
                                  std::string("a:-x"),
                                  std::string("a:b:c"),
                                  "a:" + std::string(129, 't'),
                                  std::string("a@"),
                                  std::string("a@sha256:abc"),
                                  "a@md5:" + std::string(32, 'a'),
                                  "@" + kDigest,
                                  "a@" + kDigest + "@" + kDigest,
                                  "a@" + kDigest + ":tag"}) {
    expect_malformed(text);
  }
}

TEST(Reference, Lengths) {
  EXPECT_EQ(Reference::parse("a:" + std::string(128, 't'))->tag.size(), 128U);
  EXPECT_TRUE(Reference::parse("host.com/" + std::string(255, 'a')).has_value());
  expect_malformed("host.com/" + std::string(256, 'a'));
  EXPECT_TRUE(Reference::parse(std::string(247, 'a')).has_value());
  expect_malformed(std::string(248, 'a'));  // "library/" counts
  std::string much(1'000'000, 'a');
  expect_malformed(much);
  EXPECT_LT(Reference::parse(much).error().context.size(), 1000U);
}

TEST(Reference, DigestAloneIsNoImage) {
  expect_malformed(kHex);
  expect_malformed(kDigest);
  EXPECT_EQ(parsed("docker.io/" + kHex), "docker.io/library/" + kHex + ":latest");
  EXPECT_EQ(parsed(kHex.substr(1)), "docker.io/library/" + kHex.substr(1) + ":latest");
}

TEST(Reference, ErrorsDoNotRepeatEscapes) {
  Result<Reference> reference = Reference::parse("a\x1b[2Jb");
  ASSERT_FALSE(reference.has_value());
  EXPECT_EQ(reference.error().context.find('\x1b'), std::string::npos);
}

TEST(Reference, CanonicalFormParsesToItself) {
  for (std::string text : {"alpine", "a/b:1", "localhost:5000/a@sha256:",
                           "[::1]:5000/a/b/c:t@sha256:", "quay.io/a__b/c--d.e:V1_2.3-"}) {
    if (text.ends_with("sha256:")) text += kHex;
    std::string once = parsed(text);
    EXPECT_EQ(parsed(once), once) << text;
  }
}

// Rows of other grammars, or of other policies than ours; each with the reason.
bool left_out(const std::string& grammar, const std::string& input) {
  if (grammar == "identifier") return true;  // matches bare hashes, which name no repository
  if (grammar == "any-reference" && input.find('/') == std::string::npos &&
      input.find("dbcc1c35") < 8) {
    return true;  // a bare hash
  }
  if (grammar == "oras-parse" && input == "hello-world:linux") return true;  // has no docker.io
  if (grammar == "ggcr-registry-weak" && input.empty()) return true;         // no registry named
  if (grammar == "full-name" && input == "foo_bar.com:8080") return true;    // 8080 is a tag to us
  if (grammar == "domain" && input.ends_with(":750505")) return true;  // there is no such port
  if (grammar == "full-name" && input.size() == 257) return true;      // longer than 255
  if (input.starts_with("LOCALDOMAIN/")) return true;  // upper case does not make a host for us
  return input.starts_with("validname@sha512:");       // we support sha512
}

// What to parse for a row: some grammars describe only a part of a reference.
std::string as_reference(const std::string& grammar, const std::string& input, bool valid) {
  if (grammar == "domain" || grammar.starts_with("ggcr-registry")) return input + "/repo";
  if (grammar.starts_with("ggcr-digest") && valid && input.ends_with('@')) return input + kDigest;
  return input;
}

TEST(Reference, SharedVectors) {
  REQUIRE_SHARED(table, "data/fixtures/references/references.tsv");
  std::size_t judged = 0;
  for (const auto& row : testing_support::read_table(table)) {
    const std::string& grammar = row[0];
    const std::string& input = row[1];
    bool valid = row[2] == "true";
    if (left_out(grammar, input)) continue;
    ++judged;
    Result<Reference> reference = Reference::parse(as_reference(grammar, input, valid));
    EXPECT_EQ(reference.has_value(), valid) << grammar << " " << input;
    if (!reference || !valid || (grammar != "parse" && grammar != "reference-regexp")) continue;
    if (!row[5].empty()) {
      EXPECT_EQ(reference->tag, row[5]) << input;
    }
    EXPECT_EQ(reference->digest.text(), row[6]) << input;
    EXPECT_TRUE(reference->name().ends_with(row[4])) << input;
  }
  EXPECT_EQ(judged, 142U);
}

TEST(Reference, SharedFamiliarNames) {
  REQUIRE_SHARED(table, "data/fixtures/references/familiar.tsv");
  std::size_t judged = 0;
  for (const auto& row : testing_support::read_table(table)) {
    if (row[0] == "Foo/bar") continue;  // upper case does not make a host for us
    ++judged;
    for (const std::string& input : {row[0], row[2], row[3], row[4]}) {
      if (input.empty()) continue;
      Result<Reference> reference = Reference::parse(input);
      ASSERT_TRUE(reference.has_value()) << input;
      EXPECT_EQ(reference->repository, row[1]) << input;
      EXPECT_EQ(reference->registry, row[5]) << input;
      EXPECT_EQ(reference->name(), row[3]) << input;
    }
  }
  EXPECT_EQ(judged, 15U);
}

}  // namespace
}  // namespace tallyman
