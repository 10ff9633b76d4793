// The package databases of real systems that other projects keep as test data, against what
// those projects' tests, or rpm itself, say is in them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdio.h>

#include <algorithm>
#include <map>
#include <memory>

#include "base/file.h"
#include "base/text.h"
#include "catalog/testing/run.h"
#include "support/shared.h"

namespace tallyman::ecosystems {
extern const Cataloger apk;
extern const Cataloger distro;
extern const Cataloger dpkg;
extern const Cataloger rpm;
}  // namespace tallyman::ecosystems

namespace tallyman {
namespace {

using testing_support::CatalogRun;
using testing_support::facts_of;
using testing_support::run_cataloger;

struct Fixture {
  std::string path;  // in the fixtures folder
  std::string kind;
  std::string expected_source;
  std::string expected_file;
};

// How a fixture kind is read: by whom, and as which file of an image.
struct Reading {
  const Cataloger* cataloger;
  std::string_view path;
};

const std::map<std::string_view, Reading> kReadings = {
    {"dpkg-status", {&ecosystems::dpkg, "var/lib/dpkg/status"}},
    {"apk-installed", {&ecosystems::apk, "lib/apk/db/installed"}},
    {"rpmdb-bdb", {&ecosystems::rpm, "var/lib/rpm/Packages"}},
    {"rpmdb-ndb", {&ecosystems::rpm, "usr/lib/sysimage/rpm/Packages.db"}},
    {"rpmdb-sqlite", {&ecosystems::rpm, "var/lib/rpm/rpmdb.sqlite"}},
    {"os-release", {&ecosystems::distro, "etc/os-release"}},
};

// Where we differ from an expectation, and why. Nothing else may differ.
const std::map<std::string_view, std::string_view> kDifferences = {
    {"pkgdb/dpkg-status/013/statusfield",
     "the list is that of the test's second configuration, which asks for removed packages too"},
    {"pkgdb/os-release/013/centos-release", "the collector read it as an os-release"},
    {"pkgdb/os-release/041/centos-6.not-supported", "prose, with no assignment in it"},
};

std::string text_of(const std::filesystem::path& path) {
  Result<Bytes> bytes = read_file(path, 64 << 20);
  if (!bytes) ADD_FAILURE() << describe(bytes.error());
  return bytes ? std::string(as_text(*bytes)) : std::string();
}

// The file, unpacked when its name ends in .xz.
std::string content_of(const std::filesystem::path& path) {
  if (path.extension() != ".xz") return text_of(path);
  std::unique_ptr<FILE, int (*)(FILE*)> pipe(
      ::popen(("xz -dc '" + path.string() + "'").c_str(), "r"), ::pclose);
  std::string content;
  std::vector<char> chunk(1 << 16);
  while (std::size_t got = ::fread(chunk.data(), 1, chunk.size(), pipe.get())) {
    content.append(chunk.data(), got);
  }
  return content;
}

std::vector<Fixture> read_index(const std::filesystem::path& root) {
  std::vector<Fixture> fixtures;
  std::string text = text_of(root / "INDEX.tsv");
  for (std::string_view line : split(text, '\n')) {
    std::vector<std::string_view> columns = split(line, '\t');
    if (columns.size() < 10 || !kReadings.contains(columns[1])) continue;
    fixtures.push_back({std::string(columns[0]), std::string(columns[1]), std::string(columns[8]),
                        std::string(columns[9])});
  }
  return fixtures;
}

std::vector<std::string> expected_names(const std::filesystem::path& file) {
  std::vector<std::string> names;
  std::string text = text_of(file);
  std::vector<std::string_view> lines = split(text, '\n');
  for (std::string_view line : std::span(lines).subspan(1)) {
    std::vector<std::string_view> columns = split(line, '\t');
    if (columns.size() < 2) continue;
    names.push_back(std::string(columns[0]) + " " + std::string(columns[1]));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> found_names(const Fixture& fixture, const CatalogRun& run) {
  if (fixture.kind == "os-release") {
    if (!run.file.distro) return {};
    return {run.file.distro->id + " " + run.file.distro->version_id};
  }
  std::vector<std::string> names = run.names();
  std::sort(names.begin(), names.end());
  return names;
}

std::string path_for(const Fixture& fixture) {
  std::string name = std::filesystem::path(fixture.path).filename().string();
  return name == "centos-release" ? "etc/centos-release"
                                  : std::string(kReadings.at(fixture.kind).path);
}

TEST(SharedFixtures, EveryDatabaseGivesTheExpectedList) {
  REQUIRE_SHARED(root, "data/fixtures");
  std::size_t compared = 0;
  for (const Fixture& fixture : read_index(root)) {
    if (fixture.expected_file.empty()) continue;
    SCOPED_TRACE(fixture.path + " (" + fixture.expected_source + ")");
    std::string content = content_of(root / fixture.path);
    CatalogRun run =
        run_cataloger(*kReadings.at(fixture.kind).cataloger, path_for(fixture), as_bytes(content));
    auto expected = expected_names(root / fixture.expected_file);
    ++compared;
    if (kDifferences.contains(fixture.path)) {
      EXPECT_NE(found_names(fixture, run), expected) << "no longer differs";
      continue;
    }
    EXPECT_TRUE(!fixture.expected_source.starts_with("rpm") || run.problems.empty());
    EXPECT_EQ(found_names(fixture, run), expected) << testing::PrintToString(facts_of(run));
  }
  EXPECT_GT(compared, 60U);
}

// Nobody says what is in this one, so this is what a reading of its bytes by hand gave.
TEST(SharedFixtures, TheNdbDatabaseOfASuseImage) {
  REQUIRE_SHARED(file, "data/fixtures/pkgdb/rpmdb/ndb-snyk/Packages.db");
  std::string content = content_of(file);
  CatalogRun run =
      run_cataloger(ecosystems::rpm, "usr/lib/sysimage/rpm/Packages.db", as_bytes(content));
  EXPECT_TRUE(run.problems.empty());
  EXPECT_THAT(run.names(),
              testing::ElementsAre("system-user-root 20190513-3.3.1", "filesystem 15.0-11.8.1",
                                   "glibc 2.31-150300.63.1"));
}

}  // namespace
}  // namespace tallyman
