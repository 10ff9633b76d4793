#include <gtest/gtest.h>

#include "registry/manifest.h"
#include "registry/media_types.h"

namespace tallyman {
namespace {

// An index of these platforms ("" for none); the size of an entry is its number.
ImageIndex index_of(const std::vector<std::string>& platforms) {
  ImageIndex index;
  for (const std::string& text : platforms) {
    IndexEntry entry;
    entry.manifest.size = index.entries.size();
    entry.manifest.media_type = media_type::kOciManifest;
    if (!text.empty()) {
      std::size_t os = text.find('/');
      std::size_t variant = text.find('/', os + 1);
      entry.platform.os = text.substr(0, os);
      entry.platform.architecture = text.substr(os + 1, variant - os - 1);
      if (variant != std::string::npos) entry.platform.variant = text.substr(variant + 1);
    }
    entry.attestation = text == "unknown/unknown";
    index.entries.push_back(entry);
  }
  return index;
}

// The number of the chosen entry; -1 if none.
int chosen(const std::vector<std::string>& platforms, std::string_view wanted) {
  auto entry = choose_platform(index_of(platforms), *Platform::parse(wanted));
  return entry ? static_cast<int>(entry->manifest.size) : -1;
}

TEST(PlatformChoice, FirstMatchWins) {
  EXPECT_EQ(chosen({"linux/arm64", "linux/amd64", "linux/amd64"}, "linux/amd64"), 1);
  EXPECT_EQ(chosen({"windows/amd64", "linux/amd64"}, "linux/amd64"), 1);
  EXPECT_EQ(chosen({"linux/amd64"}, "linux/arm64"), -1);
  EXPECT_EQ(chosen({}, "linux/amd64"), -1);
}

TEST(PlatformChoice, Variants) {
  EXPECT_EQ(chosen({"linux/arm64/v8"}, "linux/arm64"), 0);
  EXPECT_EQ(chosen({"linux/arm/v6", "linux/arm/v7"}, "linux/arm"), 1);
  EXPECT_EQ(chosen({"linux/arm/v5", "linux/arm/v6"}, "linux/arm"), 1);
  EXPECT_EQ(chosen({"linux/arm/v6", "linux/arm/v7"}, "linux/arm/v6"), 0);
  EXPECT_EQ(chosen({"linux/arm/v6"}, "linux/arm/v7"), -1);
  EXPECT_EQ(chosen({"linux/amd64/v3", "linux/amd64"}, "linux/amd64"), 1) << "the baseline";
}

TEST(PlatformChoice, AttestationsAndArtifactsNever) {
  EXPECT_EQ(chosen({"unknown/unknown"}, "linux/amd64"), -1);
  ImageIndex index = index_of({"linux/amd64", "linux/amd64"});
  index.entries[0].attestation = true;
  EXPECT_EQ(choose_platform(index, *Platform::parse("linux/amd64"))->manifest.size, 1U);
  index.entries[0].attestation = false;
  index.entries[0].manifest.media_type = "application/vnd.example";
  EXPECT_EQ(choose_platform(index, *Platform::parse("linux/amd64"))->manifest.size, 1U);
}

TEST(PlatformChoice, NestedIndexesNameNoPlatform) {
  EXPECT_EQ(chosen({"", "linux/amd64"}, "linux/amd64"), 1);
  EXPECT_EQ(chosen({"linux/arm64", "", ""}, "linux/amd64"), 1);
}

TEST(PlatformChoice, SaysWhatThereIs) {
  auto entry =
      choose_platform(index_of({"linux/arm64", "unknown/unknown", "linux/amd64", "linux/amd64"}),
                      *Platform::parse("linux/s390x"));
  ASSERT_FALSE(entry);
  EXPECT_EQ(entry.error().code, "platform.not_available");
  EXPECT_EQ(entry.error().kind, ErrorKind::not_found);
  EXPECT_EQ(entry.error().context, "no image for linux/s390x; there is: linux/amd64, linux/arm64");
  std::vector<std::string> many;
  for (int i = 0; i < 100; ++i) many.push_back("linux/a" + std::to_string(i));
  EXPECT_TRUE(choose_platform(index_of(many), *Platform::parse("linux/s390x"))
                  .error()
                  .context.ends_with(", ..."));
}

}  // namespace
}  // namespace tallyman
