#include "catalog/dispatcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <set>

#include "catalog/testing/run.h"

namespace tallyman {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing_support::CatalogRun;
using testing_support::run_cataloger;
using Kind = PathPattern::Kind;

Result<void> parse_lines(const CatalogInput& input, CatalogSink& sink) {
  if (as_text(input.bytes) == "bad") return fail(ErrorKind::corrupt, "test.bad", "all of it");
  Package package;
  package.name = as_text(input.bytes);
  sink.add(package);
  return {};
}

Result<void> parse_flood(const CatalogInput&, CatalogSink& sink) {
  while (sink.add(Package())) {
  }
  EXPECT_FALSE(sink.add(Package()));
  for (std::size_t i = 0; i < 2 * CatalogSink::kMaxProblems; ++i) {
    sink.problem("test.problem", std::to_string(i), i == 2 * CatalogSink::kMaxProblems - 1);
  }
  return {};
}

constexpr std::array kLinePatterns = {
    PathPattern{Kind::exact, "var/db/lines"},
    PathPattern{Kind::folder, "var/db/lines.d/", ".tmp"},
    PathPattern{Kind::name, "lines.lock"},
    PathPattern{Kind::exact, "top"},
};
constexpr std::array kLockPatterns = {PathPattern{Kind::name, "lines.lock"},
                                      PathPattern{Kind::exact, "var/lines.lock"}};
const Cataloger kLines{
    .id = "lines", .version = 1, .patterns = kLinePatterns, .max_size = 10, .parse = parse_lines};
const Cataloger kLocks{
    .id = "locks", .version = 1, .patterns = kLockPatterns, .max_size = 20, .parse = parse_lines};
const Cataloger kFlood{
    .id = "flood", .version = 1, .patterns = kLockPatterns, .max_size = 20, .parse = parse_flood};
const std::array kBoth = {&kLines, &kLocks};

TEST(Dispatcher, WantsWhatPatternsName) {
  Dispatcher dispatcher(kBoth);
  EXPECT_EQ(dispatcher.wanted("var/db/lines"), 10U);
  EXPECT_EQ(dispatcher.wanted("var/db/lines.d/a"), 10U);
  EXPECT_EQ(dispatcher.wanted("top"), 10U);
  EXPECT_EQ(dispatcher.wanted("lines.lock"), 20U) << "the largest that any accepts";
  EXPECT_EQ(dispatcher.wanted("a/b/c/lines.lock"), 20U);
}

TEST(Dispatcher, WantsNothingElse) {
  Dispatcher dispatcher(kBoth);
  for (std::string_view path :
       {"", "/", "lines", "db/lines", "x/var/db/lines", "var/db/lines/", "var/db/lines.d",
        "var/db/lines.d/", "var/db/lines.d/a.tmp", "var/db/lines.d/a/b", "x/var/db/lines.d/a",
        "xlines.lock", "lines.lock/x", "a/top", "var/db/Lines"}) {
    EXPECT_EQ(dispatcher.wanted(path), std::nullopt) << path;
  }
  EXPECT_EQ(Dispatcher(std::span<const Cataloger* const>()).wanted("var/db/lines"), std::nullopt);
}

TEST(Dispatcher, RunsEveryCatalogerOnceInNameOrder) {
  std::vector<CatalogedFile> files;
  std::vector<Problem> problems;
  Dispatcher(kBoth).run("var/lines.lock", "where/it/is", as_bytes("kettle"), files, problems);
  ASSERT_THAT(files, SizeIs(2));
  EXPECT_EQ(files[0].cataloger, "lines");
  EXPECT_EQ(files[1].cataloger, "locks");
  EXPECT_EQ(files[1].path, "where/it/is");
  EXPECT_EQ(files[1].packages.at(0).name, "kettle");
  EXPECT_THAT(problems, IsEmpty());
}

TEST(Dispatcher, AnErrorIsAnIncompleteProblem) {
  CatalogRun run = run_cataloger(kLines, "top", as_bytes("bad"));
  EXPECT_THAT(run.problems, ElementsAre(Problem{"test.bad", "top", "all of it", true}));
}

TEST(Dispatcher, ATooLargeFileIsAProblem) {
  EXPECT_THAT(run_cataloger(kLines, "top", Bytes(10, 'x')).problems, IsEmpty());
  CatalogRun run = run_cataloger(kLines, "top", Bytes(11, 'x'));
  ASSERT_THAT(run.problems, SizeIs(1));
  EXPECT_EQ(run.problems[0].code, "catalog.too_large");
  EXPECT_TRUE(run.problems[0].incomplete);
}

TEST(Dispatcher, OneFileCannotFloodTheFacts) {
  CatalogRun run = run_cataloger(kFlood, "lines.lock", {});
  EXPECT_THAT(run.file.packages, SizeIs(CatalogSink::kMaxPackages));
  ASSERT_THAT(run.problems, SizeIs(CatalogSink::kMaxProblems + 1));
  EXPECT_EQ(run.problems.front().code, "catalog.limit");
  EXPECT_EQ(run.problems.back().code, "catalog.more_problems");
  EXPECT_TRUE(run.problems.back().incomplete) << "one of those left out was";
}

TEST(Dispatcher, NamesAnchoredPathsOnce) {
  const std::array twice = {&kLines, &kLocks, &kLines};
  EXPECT_THAT(Dispatcher(twice).anchored_paths(),
              ElementsAre("top", "var/db/lines", "var/db/lines.d/", "var/lines.lock"));
}

TEST(Dispatcher, FingerprintTellsSetsApart) {
  std::set<std::string> seen;
  Cataloger raised = kLines;
  raised.version = 2;
  Cataloger larger = kLines;
  larger.max_size = 11;
  Cataloger elsewhere = kLines;
  elsewhere.patterns = kLockPatterns;
  for (const Cataloger* one : {&kLines, &kLocks, &std::as_const(raised), &std::as_const(larger),
                               &std::as_const(elsewhere)}) {
    seen.insert(Dispatcher(std::array{one}).fingerprint());
  }
  seen.insert(Dispatcher(kBoth).fingerprint());
  EXPECT_THAT(seen, SizeIs(6));
}

TEST(Dispatcher, EveryListedCatalogerIsWellFormed) {
  std::string_view last;
  for (const Cataloger* cataloger : ecosystems::all()) {
    EXPECT_LT(last, cataloger->id) << "ids are file names, in order";
    last = cataloger->id;
    EXPECT_GT(cataloger->version, 0U);
    EXPECT_FALSE(cataloger->patterns.empty()) << cataloger->id;
    for (const PathPattern& pattern : cataloger->patterns) {
      bool is_folder = pattern.kind == Kind::folder;
      EXPECT_EQ(pattern.text.ends_with('/'), is_folder) << pattern.text;
      EXPECT_FALSE(pattern.text.starts_with('/')) << pattern.text;
      EXPECT_EQ(pattern.kind == Kind::name && pattern.text.contains('/'), false) << pattern.text;
    }
  }
}

}  // namespace
}  // namespace tallyman
