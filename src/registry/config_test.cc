#include <fmt/format.h>
#include <gtest/gtest.h>

#include "registry/manifest.h"

namespace tallyman {
namespace {

const std::string kDiffId = "sha256:" + std::string(64, 'b');

Result<ImageConfig> parse(std::string_view text) { return parse_config(as_bytes(text)); }

std::string code_of(std::string_view text) {
  auto config = parse(text);
  return config ? "" : config.error().code;
}

TEST(Config, ReadsWhatMatters) {
  auto config = parse(fmt::format(R"({{
    "architecture":"arm","os":"linux","variant":"v7","created":"2026-01-02T03:04:05Z",
    "config":{{"Labels":{{"Vendor":"x","vendor":"y"}},"Env":["PATH=/bin"]}},
    "rootfs":{{"type":"layers","diff_ids":["{}","{}"]}},
    "history":[{{"created_by":"one"}},{{"created_by":"none","empty_layer":true}},
               {{"comment":"no command"}},{{"created_by":"four","empty_layer":false}}]}})",
                                  kDiffId, kDiffId));
  ASSERT_TRUE(config) << describe(config.error());
  EXPECT_EQ(config->platform.text(), "linux/arm/v7");
  EXPECT_EQ(config->created, "2026-01-02T03:04:05Z");
  ASSERT_EQ(config->diff_ids.size(), 2U);
  EXPECT_EQ(config->diff_ids[0].text(), kDiffId);
  EXPECT_EQ(config->layer_history, (std::vector<std::string>{"one", "", "four"}));
}

TEST(Config, TheLeastThatPasses) {
  EXPECT_EQ(code_of(R"({"rootfs":{"diff_ids":[]}})"), "");
  EXPECT_EQ(code_of(R"({"rootfs":{"diff_ids":null},"history":null})"), "");
}

TEST(Config, RefusesWhatCannotBeTrusted) {
  for (std::string_view text :
       {"", "[]", "{}", R"({"rootfs":{}})", R"({"rootfs":{"diff_ids":{}}})", R"({"rootfs":[]})",
        R"({"rootfs":{"diff_ids":["sha256:x"]}})", R"({"rootfs":{"diff_ids":[7]}})"}) {
    EXPECT_EQ(code_of(text), "config.malformed") << text;
  }
  EXPECT_EQ(code_of(R"({"rootfs":{"diff_ids":["md5:00"]}})"), "digest.unsupported");
  EXPECT_EQ(code_of(R"({"rootfs":{"diff_ids":[]},"RootFS":{"diff_ids":[]}})"),
            "manifest.ambiguous");
  EXPECT_EQ(code_of(R"({"rootfs":{"diff_ids":[],"Diff_IDs":[]}})"), "manifest.ambiguous");
  EXPECT_EQ(code_of(R"({"os":"a","os":"b","rootfs":{"diff_ids":[]}})"), "manifest.ambiguous");
}

TEST(Config, IsBounded) {
  std::string ids = "\"" + kDiffId + "\"";
  for (int i = 1; i < 513; ++i) ids += ",\"" + kDiffId + "\"";
  EXPECT_EQ(code_of(fmt::format(R"({{"rootfs":{{"diff_ids":[{}]}}}})", ids)), "config.malformed");
  EXPECT_EQ(
      code_of(fmt::format(R"({{"os":"{}","rootfs":{{"diff_ids":[]}}}})", std::string(200, 'x'))),
      "config.malformed");
  EXPECT_EQ(code_of("{\"a\":\"" + std::string(8 << 20, 'x') + "\"}"), "config.too_large");
  std::string history = "{}";
  for (int i = 0; i < 4096; ++i) history += ",{}";
  EXPECT_EQ(code_of(fmt::format(R"({{"rootfs":{{"diff_ids":[]}},"history":[{}]}})", history)),
            "config.malformed");
  auto longest =
      parse(fmt::format(R"({{"rootfs":{{"diff_ids":[]}},"history":[{{"created_by":"{}"}}]}})",
                        std::string(10'000, 'x')));
  ASSERT_TRUE(longest);
  EXPECT_EQ(longest->layer_history[0].size(), 4096U);
}

}  // namespace
}  // namespace tallyman
