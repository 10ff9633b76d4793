#include "image/facts_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

namespace tallyman {
namespace {

using ::testing::SizeIs;

Digest key() { return Digest::from_bytes(std::array<std::uint8_t, 32>{}); }

TEST(FactsBuilder, KeepsNoMoreThanALayerMayCost) {
  Limits limits;
  limits.facts_bytes = 10'000;
  FactsBuilder builder(key(), limits);
  for (int i = 0; i < 100; ++i) {
    std::string name = std::to_string(i);
    builder.link("link" + name, std::string(1000, 'x'), EntryKind::symlink);
    builder.whiteout("gone" + name + std::string(1000, 'x'));
    builder.opaque("folder" + name + std::string(1000, 'x'));
    builder.problem({"code", "path" + name, std::string(1000, 'x'), false});
  }
  LayerFacts facts = std::move(builder).finish();
  std::size_t kept = facts.links.size() + facts.whiteouts.size() + facts.opaques.size();
  EXPECT_GT(kept, 0U);
  EXPECT_LT(kept + facts.problems.size(), 11U);
  EXPECT_THAT(facts.paths, SizeIs(100));
  std::size_t said = 0;
  for (const Problem& problem : facts.problems) {
    if (problem.code != "layer.facts") continue;
    ++said;
    EXPECT_TRUE(problem.incomplete);
    EXPECT_EQ(problem.path, "");  // of the whole layer: no other layer can hide it
  }
  EXPECT_EQ(said, 1U);
}

TEST(FactsBuilder, BoundsLinks) {
  Limits limits;
  limits.links = 2;
  FactsBuilder builder(key(), limits);
  for (const char* path : {"a", "b", "c", "d"}) builder.link(path, "x", EntryKind::symlink);
  LayerFacts facts = std::move(builder).finish();
  EXPECT_THAT(facts.links, SizeIs(2));
  ASSERT_THAT(facts.problems, SizeIs(1));
  EXPECT_EQ(facts.problems[0].code, "layer.links");
  EXPECT_EQ(facts.problems[0].path, "");
  EXPECT_TRUE(facts.problems[0].incomplete);
}

}  // namespace
}  // namespace tallyman
