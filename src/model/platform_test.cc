#include "model/platform.h"

#include <gtest/gtest.h>

#include <utility>

namespace tallyman {
namespace {

TEST(Platform, ParsesAndNormalises) {
  for (const auto& [text, wanted] : {std::pair{"linux/amd64", "linux/amd64"},
                                     {"linux/arm/v7", "linux/arm/v7"},
                                     {"arm64", "linux/arm64"},
                                     {"x86_64", "linux/amd64"},
                                     {"linux/x86_64", "linux/amd64"},
                                     {"aarch64", "linux/arm64"},
                                     {"arm64/v8", "linux/arm64"},
                                     {"linux/arm64/v8", "linux/arm64"},
                                     {"armhf", "linux/arm/v7"},
                                     {"armel", "linux/arm/v6"},
                                     {"arm/v6", "linux/arm/v6"},
                                     {"i386", "linux/386"},
                                     {"Linux/AMD64", "linux/amd64"},
                                     {"windows/amd64", "windows/amd64"},
                                     {"linux/riscv64", "linux/riscv64"}}) {
    Result<Platform> platform = Platform::parse(text);
    ASSERT_TRUE(platform.has_value()) << text;
    EXPECT_EQ(platform->text(), wanted) << text;
  }
}

TEST(Platform, RefusesWhatIsNone) {
  for (const std::string& text :
       {std::string(), std::string("/"), std::string("linux"), std::string("linux/"),
        std::string("/amd64"), std::string("linux//v7"), std::string("linux/arm/v7/x"),
        std::string("linux/am d64"), std::string("linux/\x1b[31m"), std::string(65, 'a'),
        std::string(100'000, '/')}) {
    Result<Platform> platform = Platform::parse(text);
    ASSERT_FALSE(platform.has_value()) << text;
    EXPECT_EQ(platform.error().code, "platform.malformed");
    EXPECT_LT(platform.error().context.size(), 1000U);
  }
}

TEST(Platform, HostIsLinux) {
  EXPECT_EQ(Platform::host().os, "linux");
  EXPECT_TRUE(Platform::host().matches(Platform::host()));
}

TEST(Platform, Matches) {
  auto matches = [](const char* wanted, Platform image) {
    return Platform::parse(wanted)->matches(image);
  };
  EXPECT_TRUE(matches("linux/amd64", {"linux", "amd64", ""}));
  EXPECT_TRUE(matches("linux/amd64", {"linux", "amd64", "v2"}));
  EXPECT_TRUE(matches("linux/arm64", {"linux", "arm64", "v8"}));
  EXPECT_TRUE(matches("linux/arm", {"linux", "arm", "v7"}));
  EXPECT_TRUE(matches("linux/arm", {"linux", "arm", "v6"}));
  EXPECT_TRUE(matches("linux/arm/v7", {"linux", "arm", "v7"}));
  EXPECT_TRUE(matches("linux/arm/v7", {"linux", "arm", ""}));
  EXPECT_FALSE(matches("linux/arm", {"linux", "arm", "v5"}));
  EXPECT_FALSE(matches("linux/arm/v7", {"linux", "arm", "v6"}));
  EXPECT_FALSE(matches("linux/amd64", {"windows", "amd64", ""}));
  EXPECT_FALSE(matches("linux/amd64", {"linux", "arm64", ""}));
  EXPECT_FALSE(matches("linux/amd64", {"unknown", "unknown", ""}));
}

}  // namespace
}  // namespace tallyman
