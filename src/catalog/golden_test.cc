// Stored facts are keyed by every cataloger's id and version (Dispatcher::fingerprint), so facts
// that change without a new version would be served stale. testdata/catalog/golden.tsv holds
// what each version made of each fixture. After a deliberate change: raise the cataloger's
// version, then run this test once with TALLYMAN_UPDATE_GOLDEN=1.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>

#include "base/text.h"
#include "catalog/testing/fixtures.h"
#include "catalog/testing/run.h"

namespace tallyman {
namespace {

using Lines = std::vector<std::string>;

const std::filesystem::path kGolden =
    std::filesystem::path(TALLYMAN_TESTDATA) / "catalog/golden.tsv";

// The facts as they are now: "<id>\t<version>\t<fixture>\t<fact>", one line a fact.
std::map<std::string, Lines> facts_now() {
  std::map<std::string, Lines> facts;
  for (const Cataloger* cataloger : ecosystems::all()) {
    Lines& lines = facts[std::string(cataloger->id)];
    for (const auto& fixture : testing_support::fixtures_of(*cataloger)) {
      auto run = testing_support::run_cataloger(*cataloger, fixture.path, fixture.bytes);
      for (const std::string& fact : testing_support::facts_of(run)) {
        lines.push_back(
            fmt::format("{}\t{}\t{}\t{}", cataloger->id, cataloger->version, fixture.name, fact));
      }
    }
  }
  return facts;
}

std::map<std::string, Lines> facts_stored() {
  std::map<std::string, Lines> facts;
  Result<Bytes> bytes = read_file(kGolden, 16 << 20);
  if (!bytes) return facts;
  for (std::string_view line : split(as_text(*bytes), '\n')) {
    if (!line.empty()) facts[std::string(cut(line, '\t').before)].emplace_back(line);
  }
  return facts;
}

// What the stored lines say the cataloger's version was.
std::string version_of(const Lines& lines) {
  return lines.empty() ? "" : std::string(cut(cut(lines.front(), '\t').after, '\t').before);
}

void store(const std::map<std::string, Lines>& facts) {
  std::string text;
  for (const auto& [id, lines] : facts) {
    for (const std::string& line : lines) text += line + "\n";
  }
  Result<void> written = write_file(kGolden, as_bytes(text), Durability::rename_only);
  EXPECT_TRUE(written) << describe(written.error());
}

TEST(GoldenFacts, ChangeOnlyWithTheVersion) {
  std::map<std::string, Lines> now = facts_now();
  std::map<std::string, Lines> stored = facts_stored();
  bool stale = false;
  for (const auto& [id, lines] : now) {
    ASSERT_FALSE(lines.empty()) << id << " finds nothing in its fixtures";
    if (lines == stored[id]) continue;
    stale = true;
    // Facts of new fixtures are no change: the facts of the old ones must all still be there.
    std::set<std::string> kept(lines.begin(), lines.end());
    bool only_more = std::all_of(stored[id].begin(), stored[id].end(),
                                 [&](const std::string& line) { return kept.contains(line); });
    if (version_of(lines) == version_of(stored[id]) && !only_more) {
      EXPECT_THAT(lines, testing::ElementsAreArray(stored[id]))
          << id << ": other facts from the same bytes; raise Cataloger::version";
      stale = false;
    }
  }
  if (testing::Test::HasFailure()) return;
  if (std::getenv("TALLYMAN_UPDATE_GOLDEN") != nullptr) return store(now);
  EXPECT_FALSE(stale) << "run this test once with TALLYMAN_UPDATE_GOLDEN=1 and commit " << kGolden;
}

}  // namespace
}  // namespace tallyman
