#include "registry/manifest.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "registry/digester.h"
#include "registry/media_types.h"

namespace tallyman {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');

std::string descriptor(std::string_view type, std::string_view more = "") {
  return fmt::format(R"({{"mediaType":"{}","digest":"{}","size":7{}}})", type, kDigest, more);
}

std::string image(std::string_view layers, std::string_view more = "",
                  std::string_view config_type = media_type::kOciConfig) {
  return fmt::format(R"({{"schemaVersion":2,"config":{},"layers":[{}]{}}})",
                     descriptor(config_type), layers, more);
}

const std::string kGzipLayer = descriptor("application/vnd.oci.image.layer.v1.tar+gzip");

auto parse(std::string_view text, std::string_view type = "") {
  return parse_manifest(as_bytes(text), type);
}

// The error's code, or "image" or "index".
std::string outcome(std::string_view text, std::string_view type = "") {
  auto result = parse(text, type);
  if (!result) return result.error().code;
  return std::holds_alternative<ImageManifest>(*result) ? "image" : "index";
}

std::string entry(std::string_view platform, std::string_view more = "",
                  std::string_view type = media_type::kOciManifest) {
  std::string part;
  if (!platform.empty()) part = fmt::format(R"(,"platform":{})", platform);
  return descriptor(type, part + std::string(more));
}

std::string index(std::string_view entries, std::string_view more = "") {
  return fmt::format(R"({{"schemaVersion":2,"manifests":[{}]{}}})", entries, more);
}

TEST(Manifest, ReadsAnImage) {
  std::string text = image(kGzipLayer + "," + descriptor("application/vnd.oci.image.layer.v1.tar"),
                           R"(,"mediaType":"application/vnd.oci.image.manifest.v1+json",
                               "annotations":{"A":"1","a":"2"})");
  auto result = parse(text, media_type::kOciManifest);
  ASSERT_TRUE(result) << describe(result.error());
  const auto& manifest = std::get<ImageManifest>(*result);
  EXPECT_EQ(manifest.media_type, media_type::kOciManifest);
  EXPECT_EQ(manifest.config.media_type, media_type::kOciConfig);
  EXPECT_EQ(manifest.config.digest.text(), kDigest);
  EXPECT_EQ(manifest.config.size, 7U);
  ASSERT_EQ(manifest.layers.size(), 2U);
  EXPECT_EQ(manifest.layers[1].media_type, "application/vnd.oci.image.layer.v1.tar");
}

TEST(Manifest, AcceptsTheShapesThatToolsMake) {
  EXPECT_EQ(outcome(image(kGzipLayer)), "image") << "umoci: no mediaType";
  EXPECT_EQ(outcome(image(kGzipLayer), media_type::kOciManifest), "image");
  EXPECT_EQ(outcome(image(kGzipLayer), "text/plain"), "image") << "a transport that knows nothing";
  EXPECT_EQ(outcome(image(kGzipLayer,
                          R"(,"mediaType":"application/vnd.docker.distribution.manifest.v2+json")",
                          media_type::kDockerConfig)),
            "image");
  EXPECT_EQ(outcome(image(kGzipLayer, "", "application/octet-stream")), "image");
  EXPECT_EQ(outcome(image(kGzipLayer, "", "")), "image") << "config without mediaType";
  EXPECT_EQ(outcome(image("")), "image") << "no layers";
  EXPECT_EQ(outcome(image(kGzipLayer, R"(,"subject":)" + descriptor(media_type::kOciManifest))),
            "image");
  EXPECT_EQ(outcome(image(descriptor("application/vnd.whatever"))), "image");
}

TEST(Manifest, Schema1IsRefusedWithAHint) {
  for (
      auto [text, type] : std::vector<std::pair<std::string, std::string_view>>{
          {R"({"schemaVersion":1,"name":"a/b","tag":"1","fsLayers":[],"history":[],"signatures":[]})",
           ""},
          {R"({"schemaVersion":1,"fsLayers":[]})", media_type::kSchema1Signed},
          {R"({"fsLayers":[]})", ""},
          {R"({"schemaVersion":1})", "text/plain"}}) {
    auto result = parse(text, type);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, "manifest.schema1");
    EXPECT_EQ(result.error().kind, ErrorKind::unsupported);
    EXPECT_NE(result.error().hint, "");
  }
}

TEST(Manifest, ArtifactsAreNamed) {
  struct Row {
    std::string text;
    std::string_view named;
  };
  const Row rows[] = {
      {image("", R"(,"artifactType":"application/vnd.example.sbom")", media_type::kOciEmpty),
       "vnd.example.sbom"},
      {image("", R"(,"artifactType":"application/vnd.example.sbom")"), "vnd.example.sbom"},
      {image("", "", media_type::kOciEmpty), "oci.empty"},
      {image("", "", "application/vnd.cncf.helm.config.v1+json"), "helm.config"},
      {image(descriptor("application/vnd.in-toto+json")), "in-toto"},
      {image(descriptor("application/vnd.dev.cosign.simplesigning.v1+json")), "cosign"},
      {R"({"mediaType":"application/vnd.oci.artifact.manifest.v1+json","blobs":[]})",
       "artifact.manifest"},
  };
  for (const Row& row : rows) {
    auto result = parse(row.text);
    ASSERT_FALSE(result) << row.text;
    EXPECT_EQ(result.error().code, "manifest.artifact") << row.text;
    EXPECT_EQ(result.error().kind, ErrorKind::unsupported);
    EXPECT_NE(result.error().context.find(row.named), std::string::npos) << result.error().context;
  }
}

// CVE-2021-41190: one document that is an image to one reader and an index to another.
TEST(Manifest, AmbiguousDocumentsAreRefused) {
  const std::string config = descriptor(media_type::kOciConfig);
  for (const std::string& text : {
           fmt::format(R"({{"layers":[],"config":{},"manifests":[]}})", config),
           fmt::format(R"({{"config":{},"manifests":[]}})", config),
           std::string(R"({"layers":[],"manifests":[]})"),
           std::string(R"({"layers":[],"fsLayers":[]})"),
           std::string(R"({"manifests":[],"fsLayers":[]})"),
           image("", R"(,"Manifests":[])"),
           image("", R"(,"MANIFESTS":[])"),
           image("", R"(,"fslayers":[])"),
           image("", R"(,"manifestſ":[])"),
           image("", R"(,"Layers":[])"),
           image("", R"(,"layers":[])"),
           image("", R"(,"MediaType":"x")"),
           index("", R"(,"Layers":[])"),
           index(R"({"digest":"x","Digest":"y"})"),
           image(descriptor("x", R"(,"Size":9)")),
           image(descriptor("x", R"(,"size":9)")),
           image("", R"(,"mediaType":"application/vnd.oci.image.index.v1+json")"),
           index("", R"(,"mediaType":"application/vnd.oci.image.manifest.v1+json")"),
       }) {
    EXPECT_EQ(outcome(text), "manifest.ambiguous") << text;
    EXPECT_EQ(parse(text).error().kind, ErrorKind::corrupt);
  }
  EXPECT_EQ(outcome(image(""), media_type::kOciIndex), "manifest.ambiguous");
  EXPECT_EQ(outcome(index(""), media_type::kDockerManifest), "manifest.ambiguous");
}

TEST(Manifest, MalformedDocumentsAreRefused) {
  const std::string config = descriptor(media_type::kOciConfig);
  for (const std::string& text : {
           std::string(""),
           std::string("[]"),
           std::string("{}"),
           std::string("null"),
           std::string("{\"layers\":[]}"),
           fmt::format(R"({{"config":{}}})", config),
           fmt::format(R"({{"config":{},"layers":{{}}}})", config),
           fmt::format(R"({{"config":{},"layers":null}})", config),
           std::string(R"({"config":[],"layers":[]})"),
           image("{}"),
           image("1"),
           image(R"({"digest":"sha256:x","size":1})"),
           image(fmt::format(R"({{"digest":"{}"}})", kDigest)),
           image(fmt::format(R"({{"digest":"{}","size":-1}})", kDigest)),
           image(fmt::format(R"({{"digest":"{}","size":1.5}})", kDigest)),
           image(fmt::format(R"({{"digest":"{}","size":"7"}})", kDigest)),
           image(fmt::format(R"({{"digest":"{}","size":1099511627777}})", kDigest)),
           image(fmt::format(R"({{"digest":"{}","size":18446744073709551615}})", kDigest)),
           image(descriptor("x", R"(,"urls":"https://a.test/")")),
           image(descriptor("x", R"(,"urls":[1])")),
           std::string(R"({"manifests":{}})"),
       }) {
    EXPECT_EQ(outcome(text), "manifest.malformed") << text;
  }
}

// CVE-2024-3727: what becomes part of a URL or a path is checked first.
TEST(Manifest, DigestsAreValidated) {
  const std::vector<std::string> digests = {"",
                                            "sha256:",
                                            "sha256:../../x",
                                            "sha256:" + std::string(63, 'a'),
                                            "sha256:" + std::string(65, 'a'),
                                            "sha256:" + std::string(64, 'A'),
                                            std::string(64, 'a'),
                                            "sha256:" + std::string(62, 'a') + "/x",
                                            "sha512:" + std::string(64, 'a')};
  for (const std::string& digest : digests) {
    std::string bad = fmt::format(R"({{"digest":"{}","size":1}})", digest);
    EXPECT_EQ(outcome(image(bad)), "manifest.malformed") << digest;
    EXPECT_EQ(outcome(index(bad)), "manifest.malformed") << digest;
    EXPECT_EQ(outcome(fmt::format(R"({{"config":{},"layers":[]}})", bad)), "manifest.malformed")
        << digest;
  }
  auto unknown = parse(image(R"({"digest":"blake3:00","size":1})"));
  EXPECT_EQ(unknown.error().code, "digest.unsupported");
  EXPECT_EQ(unknown.error().kind, ErrorKind::unsupported);
  EXPECT_NE(unknown.error().context.find("layer 0"), std::string::npos);
  EXPECT_EQ(
      outcome(image(fmt::format(R"({{"digest":"sha512:{}","size":1}})", std::string(128, 'a')))),
      "image");
}

TEST(Manifest, CountsAreBounded) {
  auto repeated = [](const std::string& text, int count) {
    std::string all = text;
    for (int i = 1; i < count; ++i) all += "," + text;
    return all;
  };
  EXPECT_EQ(outcome(image(repeated(kGzipLayer, 512))), "image");
  EXPECT_EQ(outcome(image(repeated(kGzipLayer, 513))), "manifest.too_large");
  EXPECT_EQ(outcome(index(repeated(entry(""), 1024))), "index");
  EXPECT_EQ(outcome(index(repeated(entry(""), 1025))), "manifest.too_large");
  EXPECT_EQ(outcome("{\"a\":\"" + std::string(4 << 20, 'x') + "\"}"), "manifest.too_large");
  EXPECT_EQ(outcome("{\"a\":" + std::string(50, '[') + std::string(50, ']') + "}"),
            "manifest.too_large");
}

TEST(Manifest, EmbeddedDataMustBeTheContent) {
  Digest like = *Digest::parse(kDigest);
  std::string digest = Digester::of(as_bytes("hello"), like).text();
  auto with = [&](std::string_view data, int size) {
    return image(fmt::format(R"({{"digest":"{}","size":{},"data":{}}})", digest, size, data));
  };
  EXPECT_EQ(outcome(with(R"("aGVsbG8=")", 5)), "image");
  EXPECT_EQ(outcome(with(R"("aGVsbG8=")", 6)), "manifest.malformed");
  EXPECT_EQ(outcome(with(R"("aGVsbG9v")", 6)), "manifest.malformed");
  EXPECT_EQ(outcome(with(R"("!!!!")", 5)), "manifest.malformed");
  EXPECT_EQ(outcome(with("5", 5)), "manifest.malformed");
}

TEST(Manifest, ForeignLayersKeepTheirUrls) {
  auto result = parse(image(descriptor("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
                                       R"(,"urls":["https://example.test/layer"])")));
  ASSERT_TRUE(result);
  EXPECT_EQ(std::get<ImageManifest>(*result).layers[0].urls,
            std::vector<std::string>{"https://example.test/layer"});
}

TEST(Manifest, IndexMarksAttestations) {
  auto result = parse(index(
      entry(R"({"os":"linux","architecture":"amd64"})") + "," +
      entry(R"({"os":"unknown","architecture":"unknown"})") + "," +
      entry(R"({"os":"linux","architecture":"arm64"})",
            R"(,"annotations":{"vnd.docker.reference.type":"attestation-manifest"})") +
      "," + entry("", "", media_type::kOciIndex) + "," +
      entry(R"({"os":"linux","architecture":"amd64"})", R"(,"artifactType":"application/x")")));
  ASSERT_TRUE(result) << describe(result.error());
  const auto& parsed = std::get<ImageIndex>(*result);
  ASSERT_EQ(parsed.entries.size(), 4U);
  EXPECT_FALSE(parsed.entries[0].attestation);
  EXPECT_EQ(parsed.entries[0].platform.text(), "linux/amd64");
  EXPECT_TRUE(parsed.entries[1].attestation);
  EXPECT_TRUE(parsed.entries[2].attestation);
  EXPECT_FALSE(parsed.entries[3].attestation);
}

TEST(Manifest, MediaTypesMustAgree) {
  auto agreed = [](std::string_view text, std::string_view type) {
    auto result = agreed_media_type(as_bytes(text), type);
    return result ? *result : result.error().code;
  };
  const std::string plain = image("");
  const std::string oci = image("", R"(,"mediaType":"application/vnd.oci.image.manifest.v1+json")");
  const std::string type(media_type::kOciManifest);
  EXPECT_EQ(agreed(plain, type), type);
  EXPECT_EQ(agreed(oci, type), type);
  EXPECT_EQ(agreed(oci, type + "; charset=utf-8"), type);
  EXPECT_EQ(agreed(oci, "Application/vnd.OCI.image.manifest.v1+json"), type);
  EXPECT_EQ(agreed(oci, ""), type);
  EXPECT_EQ(agreed(oci, "text/plain; charset=utf-8"), type);
  EXPECT_EQ(agreed(plain, ""), "");
  EXPECT_EQ(agreed(plain, "application/json"), "");
  EXPECT_EQ(agreed(oci, media_type::kDockerManifest), "manifest.ambiguous");
  EXPECT_EQ(agreed(oci, media_type::kOciIndex), "manifest.ambiguous");
  EXPECT_EQ(agreed("not json", type), "manifest.malformed");
}

TEST(Manifest, LayerCompression) {
  const std::pair<std::string_view, Compression> rows[] = {
      {"application/vnd.oci.image.layer.v1.tar", Compression::none},
      {"application/vnd.oci.image.layer.v1.tar+gzip", Compression::gzip},
      {"application/vnd.oci.image.layer.v1.tar+zstd", Compression::zstd},
      {"application/vnd.oci.image.layer.nondistributable.v1.tar", Compression::none},
      {"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", Compression::gzip},
      {"application/vnd.docker.image.rootfs.diff.tar", Compression::none},
      {"application/vnd.docker.image.rootfs.diff.tar.gzip", Compression::gzip},
      {"application/vnd.docker.image.rootfs.diff.tar.zstd", Compression::zstd},
      {"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", Compression::gzip},
      {"application/octet-stream", Compression::unknown},
      {"", Compression::unknown},
  };
  for (auto [type, expected] : rows) EXPECT_EQ(*layer_compression(type), expected) << type;
  for (std::string_view type : {"application/vnd.oci.image.layer.v1.tar+gzip+encrypted",
                                "application/vnd.oci.image.layer.v1.tar+encrypted"}) {
    auto result = layer_compression(type);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, "layer.encrypted");
    EXPECT_EQ(result.error().kind, ErrorKind::unsupported);
  }
}

TEST(Manifest, TerminalEscapesDoNotReachErrors) {
  auto result = parse(image("", R"(,"artifactType":"a\u001b[31mred")"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().context.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace tallyman
