#include "image/overlay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "image/facts_builder.h"

namespace tallyman {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A cataloger whose package name is the content of the file, so that a test sees which bytes won.
Result<void> content_is_name(const CatalogInput& input, CatalogSink& sink) {
  Package package;
  package.type = "test";
  package.name = as_text(input.bytes);
  package.version = "1";
  sink.add(std::move(package));
  return {};
}
constexpr PathPattern kPatterns[] = {{PathPattern::Kind::exact, "var/db/list"},
                                     {PathPattern::Kind::folder, "var/db/parts/"},
                                     {PathPattern::Kind::name, "list.json"}};
constexpr Cataloger kTestCataloger{"test", 1, kPatterns, 1000, content_is_name};
constexpr const Cataloger* kCatalogers[] = {&kTestCataloger};

class Layers {
 public:
  using Fill = std::function<void(FactsBuilder&)>;

  Layers& add(const Fill& fill) {
    std::array<std::uint8_t, 32> digest{};
    digest[0] = static_cast<std::uint8_t>(facts_.size() + 1);
    Digest blob = Digest::from_bytes(digest);
    FactsBuilder builder(blob, limits_);
    fill(builder);
    facts_.push_back(std::move(builder).finish());
    facts_.back().blob = blob;
    return *this;
  }
  // A file that the test cataloger wants.
  static void wanted(FactsBuilder& builder, const std::string& path, std::string_view content) {
    builder.member(path, EntryKind::file);
    builder.catalog(dispatcher(), path, path, as_bytes(content));
  }
  static const Dispatcher& dispatcher() {
    static const Dispatcher kDispatcher{kCatalogers};
    return kDispatcher;
  }

  Overlay overlay() const {
    std::vector<const LayerFacts*> pointers;
    for (const LayerFacts& facts : facts_) pointers.push_back(&facts);
    return Overlay(pointers);
  }
  // "path@layer=content" of each visible catalogued file.
  std::vector<std::string> seen() const {
    std::vector<std::string> list;
    Overlay merged = overlay();
    for (const auto& file : merged.files()) {
      list.push_back(file.path + "@" + std::to_string(file.layer) + "=" +
                     file.file->packages.at(0).name);
    }
    return list;
  }

 private:
  Limits limits_;
  std::vector<LayerFacts> facts_;
};

TEST(Overlay, UpperFileHidesLower) {
  Layers layers;
  layers.add([](auto& b) { Layers::wanted(b, "var/db/list", "old"); }).add([](auto& b) {
    Layers::wanted(b, "var/db/list", "new");
  });
  EXPECT_THAT(layers.seen(), ElementsAre("var/db/list@1=new"));
}

TEST(Overlay, WhiteoutHidesLowerOnly) {
  Layers layers;
  layers.add([](auto& b) { Layers::wanted(b, "var/db/list", "old"); }).add([](auto& b) {
    b.whiteout("var/db/list");
  });
  EXPECT_THAT(layers.seen(), IsEmpty());
  layers.add([](auto& b) {
    Layers::wanted(b, "var/db/list", "again");
    b.whiteout("var/db/list");
  });
  EXPECT_THAT(layers.seen(), ElementsAre("var/db/list@2=again"));
}

TEST(Overlay, WhiteoutOfFolderHidesAllBelow) {
  Layers layers;
  layers.add([](auto& b) { Layers::wanted(b, "var/db/parts/a", "a"); }).add([](auto& b) {
    b.whiteout("var/db");
  });
  EXPECT_THAT(layers.seen(), IsEmpty());
  EXPECT_FALSE(layers.overlay().find("var/db/parts/a"));
  EXPECT_TRUE(layers.overlay().find("var"));
}

TEST(Overlay, OpaqueHidesLowerWhateverTheOrder) {
  Layers layers;
  layers.add([](auto& b) { Layers::wanted(b, "var/db/parts/a", "a"); }).add([](auto& b) {
    Layers::wanted(b, "var/db/parts/b", "b");
    b.opaque("var/db/parts");
  });
  EXPECT_THAT(layers.seen(), ElementsAre("var/db/parts/b@1=b"));
}

TEST(Overlay, OpaqueRootHidesEverythingLower) {
  Layers layers;
  layers.add([](auto& b) { Layers::wanted(b, "var/db/list", "a"); }).add([](auto& b) {
    b.opaque("");
  });
  EXPECT_THAT(layers.seen(), IsEmpty());
}

TEST(Overlay, FileOverFolderHidesSubtree) {
  Layers layers;
  layers.add([](auto& b) { Layers::wanted(b, "var/db/list", "a"); }).add([](auto& b) {
    b.member("var/db", EntryKind::file);
  });
  EXPECT_THAT(layers.seen(), IsEmpty());
}

TEST(Overlay, FolderOverFileHidesIt) {
  Layers layers;
  layers.add([](auto& b) { Layers::wanted(b, "var/db/list", "a"); }).add([](auto& b) {
    b.member("var/db/list", EntryKind::directory);
  });
  EXPECT_THAT(layers.seen(), IsEmpty());
}

TEST(Overlay, FolderOverFolderMerges) {
  Layers layers;
  layers.add([](auto& b) { Layers::wanted(b, "var/db/parts/a", "a"); }).add([](auto& b) {
    b.member("var/db/parts", EntryKind::directory);
    Layers::wanted(b, "var/db/parts/b", "b");
  });
  EXPECT_THAT(layers.seen(), ElementsAre("var/db/parts/a@0=a", "var/db/parts/b@1=b"));
}

TEST(Overlay, SymlinkOverFileHidesIt) {
  Layers layers;
  layers.add([](auto& b) { Layers::wanted(b, "app/list.json", "a"); }).add([](auto& b) {
    b.link("app/list.json", "../elsewhere", EntryKind::symlink);
  });
  EXPECT_THAT(layers.seen(), IsEmpty());
}

TEST(Overlay, LastMemberOfOnePathWins) {
  Layers layers;
  layers.add([](auto& b) {
    Layers::wanted(b, "var/db/list", "first");
    Layers::wanted(b, "var/db/list", "second");
  });
  EXPECT_THAT(layers.seen(), ElementsAre("var/db/list@0=second"));
}

TEST(Overlay, ContentSpelledThroughLowerLinkLandsAtItsTarget) {
  Layers layers;
  layers
      .add([](auto& b) {
        b.link("db", "var/db", EntryKind::symlink);
        Layers::wanted(b, "var/db/list", "old");
      })
      .add([](auto& b) { Layers::wanted(b, "db/list.json", "through the link"); })
      .add([](auto& b) { b.member("db/list", EntryKind::file); });
  // The third layer's db/list is var/db/list, and hides the first layer's.
  EXPECT_THAT(layers.seen(), ElementsAre("var/db/list.json@1=through the link"));
  EXPECT_EQ(layers.overlay().find("var/db/list")->layer, 2U);
}

TEST(Overlay, ExplicitFolderReplacesLowerLink) {
  Layers layers;
  layers
      .add([](auto& b) {
        b.link("db", "var/db", EntryKind::symlink);
        b.member("var/db", EntryKind::directory);
      })
      .add([](auto& b) {
        b.member("db", EntryKind::directory);
        Layers::wanted(b, "db/list.json", "real folder");
      });
  EXPECT_THAT(layers.seen(), ElementsAre("db/list.json@1=real folder"));
}

TEST(Overlay, WhiteoutSpelledThroughLink) {
  Layers layers;
  layers
      .add([](auto& b) {
        b.link("db", "var/db", EntryKind::symlink);
        Layers::wanted(b, "var/db/list", "old");
      })
      .add([](auto& b) { b.whiteout("db/list"); });
  EXPECT_THAT(layers.seen(), IsEmpty());
}

TEST(Overlay, ContentThroughManyLinksIsSaidNotPlaced) {
  auto name = [](int i) { return "l" + std::to_string(i); };
  for (int links : {256, 257}) {
    Layers layers;
    layers
        .add([&](auto& b) {
          b.member("real", EntryKind::directory);
          for (int i = 0; i < links; ++i) b.link(name(i), "real", EntryKind::symlink);
        })
        .add([&](auto& b) {
          for (int i = 0; i < links; ++i)
            b.member(name(i) + "/f" + std::to_string(i), EntryKind::file);
        });
    std::vector<Problem> problems = layers.overlay().problems();
    ASSERT_EQ(problems.size(), links == 256 ? 0U : 1U);
    for (const Problem& problem : problems) EXPECT_TRUE(problem.incomplete);
  }
}

TEST(Overlay, ResolvesLinksInsideTheImage) {
  Layers layers;
  layers.add([](auto& b) {
    b.member("a/b/file", EntryKind::file);
    b.link("up", "../../../../a", EntryKind::symlink);
    b.link("abs", "/a/./b", EntryKind::symlink);
    b.link("chain", "up/b/file", EntryKind::symlink);
    b.link("loop", "loop", EntryKind::symlink);
    b.link("dangling", "nowhere", EntryKind::symlink);
  });
  Overlay overlay = layers.overlay();
  EXPECT_EQ(overlay.resolve("up/b/file"), "a/b/file");
  EXPECT_EQ(overlay.resolve("abs/file"), "a/b/file");
  EXPECT_EQ(overlay.resolve("chain"), "a/b/file");
  EXPECT_EQ(overlay.resolve("loop"), std::nullopt);
  EXPECT_EQ(overlay.resolve("dangling"), std::nullopt);
  EXPECT_EQ(overlay.resolve("a/b/file/x"), std::nullopt);
}

TEST(Overlay, WantedLinkAsksForItsTarget) {
  Layers layers;
  layers.add([](auto& b) { b.member("data/real", EntryKind::file); }).add([](auto& b) {
    b.link("var/db/list", "../../data/real", EntryKind::symlink);
  });
  auto looks = layers.overlay().missing(Layers::dispatcher());
  ASSERT_EQ(looks.size(), 1U);
  EXPECT_EQ(looks[0].layer, 0U);
  ASSERT_EQ(looks[0].targets.size(), 1U);
  EXPECT_EQ(looks[0].targets[0].alias, (PathAlias{"data/real", "var/db/list"}));
  EXPECT_EQ(looks[0].targets[0].shown_path, "data/real");
}

TEST(Overlay, LinkedFolderAsksEveryLayerThatFillsIt) {
  Layers layers;
  layers
      .add([](auto& b) {
        b.link("var/db/parts", "/data/parts", EntryKind::symlink);
        b.member("data/parts/a", EntryKind::file);
      })
      .add([](auto& b) { b.member("data/parts/b", EntryKind::file); });
  auto looks = layers.overlay().missing(Layers::dispatcher());
  ASSERT_EQ(looks.size(), 2U);
  EXPECT_EQ(looks[0].targets[0].alias, (PathAlias{"data/parts", "var/db/parts"}));
  EXPECT_EQ(looks[1].layer, 1U);
}

TEST(Overlay, LinkedParentOfWantedPath) {
  Layers layers;
  layers.add([](auto& b) {
    b.link("var/db", "../data", EntryKind::symlink);
    b.member("data/list", EntryKind::file);
  });
  auto looks = layers.overlay().missing(Layers::dispatcher());
  ASSERT_EQ(looks.size(), 1U);
  EXPECT_EQ(looks[0].targets[0].alias, (PathAlias{"data/list", "var/db/list"}));
}

TEST(Overlay, HardLinkToSkippedMemberIsShownUnderItsOwnName) {
  Layers layers;
  layers.add([](auto& b) { b.member("data/real", EntryKind::file); })
      .add([](auto& b) { b.link("var/db/list", "data/real", EntryKind::hardlink); })
      .add([](auto& b) { b.whiteout("data/real"); });
  auto looks = layers.overlay().missing(Layers::dispatcher());
  ASSERT_EQ(looks.size(), 1U);
  EXPECT_EQ(looks[0].layer, 0U);
  EXPECT_EQ(looks[0].targets[0].shown_layer, 1U);
  EXPECT_EQ(looks[0].targets[0].shown_path, "var/db/list");
}

TEST(Overlay, HardLinkCyclesAndDanglingLinksAskNothing) {
  Layers layers;
  layers.add([](auto& b) {
    b.link("var/db/list", "var/db/list", EntryKind::hardlink);
    b.link("app/list.json", "missing", EntryKind::hardlink);
    b.link("lib/list.json", "list.json", EntryKind::symlink);
  });
  EXPECT_THAT(layers.overlay().missing(Layers::dispatcher()), IsEmpty());
}

TEST(Overlay, LinkToFileThatIsWantedAnywayAsksNothing) {
  Layers layers;
  layers.add([](auto& b) {
    Layers::wanted(b, "app/list.json", "x");
    b.link("var/db/list", "../../app/list.json", EntryKind::symlink);
  });
  EXPECT_THAT(layers.overlay().missing(Layers::dispatcher()), IsEmpty());
}

TEST(Overlay, ProblemsOfHiddenFilesDoNotMatter) {
  Layers layers;
  layers
      .add([](auto& b) {
        b.member("var/db/list", EntryKind::file);
        b.problem({"catalog.malformed", "var/db/list", "broken", true});
        b.member("app/list.json", EntryKind::file);
        b.problem({"catalog.malformed", "app/list.json", "broken", true});
        b.problem({"layer.links", "", "of the layer", true});
      })
      .add([](auto& b) {
        Layers::wanted(b, "var/db/list", "mended");
        b.whiteout("app");
      });
  auto problems = layers.overlay().problems();
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].code, "layer.links");
}

}  // namespace
}  // namespace tallyman
