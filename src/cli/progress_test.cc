#include "cli/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace tallyman {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ScriptedClock final : public Clock {
 public:
  Microseconds now() const override { return 0; }
  std::chrono::steady_clock::time_point monotonic() const override { return time; }
  void sleep_for(std::chrono::milliseconds) override {}
  std::chrono::steady_clock::time_point time;
};

Image image_of(std::size_t layers) {
  Image image;
  image.name = "registry.test/app:1\x1b[31m";
  for (std::size_t i = 0; i < layers; ++i) {
    std::array<std::uint8_t, 32> digest{};
    digest[0] = static_cast<std::uint8_t>(i + 1);
    Layer layer;
    layer.blob.digest = Digest::from_bytes(digest);
    layer.blob.size = 4'000'000;
    image.layers.push_back(layer);
  }
  image.digest = image.layers.at(0).blob.digest;
  return image;
}

LayerStats stats_of(const Layer& layer) {
  LayerStats stats;
  stats.blob = layer.blob.digest;
  stats.compressed_size = layer.blob.size;
  stats.entries = 7;
  return stats;
}

TEST(Progress, Bar) {
  EXPECT_EQ(progress_bar(0, 100, 12), "[>         ]");
  EXPECT_EQ(progress_bar(50, 100, 12), "[=====>    ]");
  EXPECT_EQ(progress_bar(100, 100, 12), "[==========]");
  EXPECT_EQ(progress_bar(500, 100, 12), "[==========]");
  EXPECT_EQ(progress_bar(5, 0, 12), "[>         ]");
}

TEST(Progress, PlainLinesForLogs) {
  std::ostringstream err;
  PlainProgress progress(err);
  Image image = image_of(2);
  progress.image_resolved(image);
  progress.layer_started(0);
  progress.layer_progress(0, 1'000'000);
  progress.layer_done(0, stats_of(image.layers[0]));
  LayerStats cached = stats_of(image.layers[1]);
  cached.from_cache = true;
  progress.layer_done(1, cached);
  EXPECT_THAT(err.str(), HasSubstr("2 layers, 8.0 MB\n"));
  EXPECT_THAT(err.str(), HasSubstr("layer 1/2 010000000000: 4.0 MB, 7 entries\n"));
  EXPECT_THAT(err.str(), HasSubstr("layer 2/2 020000000000: 4.0 MB, from the cache\n"));
  EXPECT_THAT(err.str(), Not(HasSubstr("\x1b")));
}

TEST(Progress, TerminalRowsShowBytesAndRateAndAreGoneAtTheEnd) {
  std::ostringstream err;
  ScriptedClock clock;
  Image image = image_of(3);
  {
    TerminalProgress progress(err, clock, 100);
    progress.image_resolved(image);
    progress.layer_started(0);
    clock.time += std::chrono::seconds(1);
    progress.layer_progress(0, 2'000'000);
    EXPECT_THAT(err.str(), HasSubstr("010000000000 [===========>          ]"));
    EXPECT_THAT(err.str(), HasSubstr("2.0 MB/s"));
    std::string before = err.str();
    clock.time += std::chrono::milliseconds(10);
    progress.layer_progress(0, 2'100'000);
    EXPECT_EQ(err.str(), before) << "at most about twelve redraws a second";
    progress.layer_done(0, stats_of(image.layers[0]));
    EXPECT_THAT(err.str(), HasSubstr("layers 1/3"));
  }
  EXPECT_TRUE(err.str().ends_with("\x1b[1A\x1b[J")) << "the last thing is to erase";
}

TEST(Progress, NarrowTerminalsAreNotWrapped) {
  std::ostringstream err;
  ScriptedClock clock;
  TerminalProgress progress(err, clock, 20);
  progress.image_resolved(image_of(1));
  progress.layer_started(0);
  std::istringstream lines(err.str());
  for (std::string line; std::getline(lines, line);) {
    std::size_t escape = line.rfind("\x1b[J");
    EXPECT_LT(line.size() - (escape == std::string::npos ? 0 : escape + 3), 20U) << line;
  }
}

}  // namespace
}  // namespace tallyman
