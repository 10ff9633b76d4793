#include "model/layer_facts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace tallyman {
namespace {

Package some_package() {
  Package package;
  package.type = "deb";
  package.name = "libssl3";
  package.version = "1:3.0-1";
  package.architecture = "amd64";
  package.source_name = "openssl";
  package.source_version = "1:3.0";
  package.licence = "Apache-2.0";
  package.supplier = "Somebody <a@example.org>";
  package.modularity = "nodejs:18:1:2:x86_64";
  return package;
}

LayerFacts some_facts() {
  LayerFacts facts;
  facts.blob = Digest::from_bytes(Bytes(32, 1));
  facts.diff_id = Digest::from_bytes(Bytes(64, 2));
  facts.compressed_size = 10;
  facts.size = 1ULL << 40;
  facts.entries = 3;
  CatalogedFile release{
      "etc/os-release", "distro", {}, Distro{"debian", "", "12", "bookworm", "x"}};
  CatalogedFile status{"var/lib/dpkg/status", "dpkg", {some_package(), Package()}, std::nullopt};
  facts.files = {release, status};
  facts.links = {{"bin", "usr/bin", EntryKind::symlink},
                 {"lib", "/usr/lib/../lib", EntryKind::symlink},
                 {"usr/bin/perl5", "usr/bin/perl", EntryKind::hardlink}};
  facts.whiteouts = {"etc/a", "etc/b"};
  facts.opaques = {"", "opt/x"};
  PathHasher hash(facts.blob);
  facts.paths = {{hash("bin"), EntryKind::symlink},
                 {hash("bin"), EntryKind::implied},
                 {hash("etc/os-release"), EntryKind::file},
                 {hash("usr"), EntryKind::directory}};
  std::ranges::sort(facts.paths);
  facts.problems = {{"catalog.malformed", "a/b", "line 3", true},
                    {"tar.path_escapes", "../x", "", false}};
  return facts;
}

void expect_malformed(const LayerFacts& facts, std::string_view what) {
  Result<LayerFacts> decoded = decode_facts(encode_facts(facts));
  ASSERT_FALSE(decoded.has_value()) << what;
  EXPECT_EQ(decoded.error().kind, ErrorKind::corrupt);
  EXPECT_EQ(decoded.error().code, "facts.malformed");
  EXPECT_NE(decoded.error().context.find(what), std::string::npos) << decoded.error().context;
  EXPECT_NE(decoded.error().context.find("offset "), std::string::npos);
}

TEST(LayerFacts, RoundTrip) {
  LayerFacts facts = some_facts();
  Bytes bytes = encode_facts(facts);
  EXPECT_EQ(decode_facts(bytes).value(), facts);
  EXPECT_EQ(encode_facts(*decode_facts(bytes)), bytes);

  LayerFacts bare;
  bare.blob = facts.blob;
  bare.diff_id = facts.diff_id;
  EXPECT_EQ(decode_facts(encode_facts(bare)).value(), bare);
}

TEST(LayerFacts, LocationsAreLeftOut) {
  LayerFacts facts = some_facts();
  facts.files[1].packages[0].locations.push_back({"x", facts.diff_id, 0});
  EXPECT_EQ(decode_facts(encode_facts(facts)).value(), some_facts());
}

TEST(LayerFacts, NormalisedPaths) {
  for (std::string_view path : {"a", "a/b", ".a", "..a", "a../b", "a b", "a\\b", "..."}) {
    EXPECT_TRUE(is_normalised_path(path)) << path;
  }
  for (std::string_view path :
       {"", "/", "/a", "a/", "a//b", ".", "..", "a/.", "a/../b", "./a", "../a"}) {
    EXPECT_FALSE(is_normalised_path(path)) << path;
  }
}

TEST(LayerFacts, PathsMustBeNormalised) {
  auto with = [](auto change) {
    LayerFacts facts = some_facts();
    change(facts);
    return facts;
  };
  constexpr std::string_view kWhat = "not normalised";
  expect_malformed(with([](LayerFacts& f) { f.files[0].path = "/etc/os-release"; }), kWhat);
  expect_malformed(with([](LayerFacts& f) { f.files[0].path = ""; }), kWhat);
  expect_malformed(with([](LayerFacts& f) { f.links[0].path = "a/../b"; }), kWhat);
  expect_malformed(with([](LayerFacts& f) { f.links[2].target = "../etc/shadow"; }), kWhat);
  expect_malformed(with([](LayerFacts& f) { f.whiteouts[0] = ""; }), kWhat);
  expect_malformed(with([](LayerFacts& f) { f.opaques[1] = "opt/"; }), kWhat);
}

TEST(LayerFacts, OrderIsChecked) {
  auto swapped = [](auto list) {
    LayerFacts facts = some_facts();
    std::swap(list(facts)[0], list(facts)[1]);
    return facts;
  };
  constexpr std::string_view kWhat = "out of order";
  expect_malformed(swapped([](LayerFacts& f) -> auto& { return f.files; }), kWhat);
  expect_malformed(swapped([](LayerFacts& f) -> auto& { return f.links; }), kWhat);
  expect_malformed(swapped([](LayerFacts& f) -> auto& { return f.whiteouts; }), kWhat);
  expect_malformed(swapped([](LayerFacts& f) -> auto& { return f.opaques; }), kWhat);
  expect_malformed(swapped([](LayerFacts& f) -> auto& { return f.paths; }), kWhat);
  expect_malformed(swapped([](LayerFacts& f) -> auto& { return f.problems; }), kWhat);
}

TEST(LayerFacts, OtherNonsenseIsRefused) {
  LayerFacts facts = some_facts();
  facts.links[0].kind = EntryKind::file;
  expect_malformed(facts, "not a link");
  facts = some_facts();
  facts.paths[0].kind = static_cast<EntryKind>(6);
  expect_malformed(facts, "no known kind");
  facts = some_facts();
  facts.blob = Digest();
  expect_malformed(facts, "without its digest");
  facts = some_facts();
  facts.diff_id = Digest();
  expect_malformed(facts, "without its digest");
}

TEST(LayerFacts, VersionAndEndAreChecked) {
  Bytes bytes = encode_facts(some_facts());
  bytes.push_back(0);
  EXPECT_FALSE(decode_facts(bytes).has_value());
  bytes.pop_back();
  bytes[0] = 2;
  Result<LayerFacts> decoded = decode_facts(bytes);
  ASSERT_FALSE(decoded.has_value());
  EXPECT_NE(decoded.error().context.find("version"), std::string::npos);
}

TEST(LayerFacts, TruncatedAnywhereIsAnError) {
  Bytes bytes = encode_facts(some_facts());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(decode_facts(ByteView(bytes).first(length)).has_value()) << length;
  }
}

// What still decodes after a flip is in the one form that encodes to the same bytes.
TEST(LayerFacts, RandomFlipsNeverCrash) {
  const Bytes good = encode_facts(some_facts());
  std::mt19937 random(20261124);
  for (int round = 0; round < 5'000; ++round) {
    Bytes bytes = good;
    for (std::size_t flips = 1 + random() % 4; flips > 0; --flips) {
      bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
    }
    Result<LayerFacts> decoded = decode_facts(bytes);
    if (decoded) {
      ASSERT_EQ(encode_facts(*decoded), bytes);
    }
  }
}

TEST(LayerFacts, CountsBeyondTheInputAreRefusedAtOnce) {
  LayerFacts facts;
  facts.blob = facts.diff_id = Digest::from_bytes(Bytes(32, 1));
  Bytes bytes = encode_facts(facts);
  std::size_t first_count = 1 + 33 + 33 + 24;
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(first_count), 4, std::uint8_t{255});
  Result<LayerFacts> decoded = decode_facts(bytes);
  ASSERT_FALSE(decoded.has_value());
  EXPECT_NE(decoded.error().context.find("more entries"), std::string::npos);
}

}  // namespace
}  // namespace tallyman
