#include "vuln/match.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "vuln/testing/feed_builder.h"

namespace tallyman {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing_support::BuiltIndex;
using testing_support::simple_document;

Package package(std::string type, std::string name, std::string version, std::string source = "",
                std::string source_version = "", std::string modularity = "") {
  Package result;
  result.type = std::move(type);
  result.name = std::move(name);
  result.version = std::move(version);
  result.source_name = std::move(source);
  result.source_version = std::move(source_version);
  result.modularity = std::move(modularity);
  return result;
}

Inventory inventory(std::string id, std::string version, std::vector<Package> packages) {
  Inventory result;
  result.distro = Distro{std::move(id), "", std::move(version), "", ""};
  result.packages = std::move(packages);
  return result;
}

// "foo 1.0: X-1 high fixed 1.1 [CVE-...]" a finding.
std::vector<std::string> lines(const Inventory& from, const MatchResult& result) {
  std::vector<std::string> out;
  for (const Finding& finding : result.findings) {
    const Package& of = from.packages[finding.package];
    out.push_back(fmt::format("{} {}: {} ({}) {} {}{}{} by {} {} [{}]", of.name, of.version,
                              finding.id, finding.display_id(), to_string(finding.severity),
                              to_string(finding.state), finding.fixed_version.empty() ? "" : " ",
                              finding.fixed_version, finding.matched_name, finding.matched_version,
                              fmt::join(finding.aliases, " ")));
  }
  return out;
}

const std::vector<Inventory>& golden_inventories() {
  static const std::vector<Inventory> all = {
      inventory("debian", "12",
                {package("deb", "foo", "1.2-3"), package("deb", "libfoo1", "1:0.9", "foo", "1.2-3"),
                 package("deb", "libfoo2", "1.2-3+deb12u1", "foo", "")}),
      inventory("ubuntu", "22.04", {package("deb", "libfoo1", "1.1-2", "foo")}),
      inventory("alpine", "3.19.1",
                {package("apk", "foo-doc", "1.2.3-r3", "foo"), package("apk", "foo", "1.2.3-r4")}),
      inventory("alpine", "3.20_alpha20240101", {package("apk", "foo", "1.2.3-r9")}),
      inventory("wolfi", "20230201", {package("apk", "foo-dev", "9-r0", "foo")}),
      inventory(
          "almalinux", "9.4",
          {package("rpm", "bar", "1.5-1.module_el9.4.0+1+aaaa"),
           package("rpm", "bar", "1.4-1.module_el9.3.0+1+dddd"), package("rpm", "bar", "1.4-1.el9"),
           package("rpm", "foo-libs", "1:1.2-2.el9", "foo", "1.2-2.el9")}),
      inventory("rocky", "9.3",
                {package("rpm", "foo-libs", "1:1.2-2.el9", "foo", "1.2-2.el9"),
                 package("rpm", "foo-x", "1:1.2-3.el9", "foo", "1.2-3.el9")}),
      inventory("rhel", "8.9",
                {package("rpm", "nodejs", "1:18.1-1.module+el8.7.0+1+aaaa", "", "",
                         "nodejs:18:80700:aaaa:x86_64"),
                 package("rpm", "nodejs", "1:16.1-1.module+el8.7.0+1+aaaa", "", "",
                         "nodejs:16:80700:aaaa:x86_64")}),
      inventory("centos", "8", {package("rpm", "nodejs", "1:18.1-1.module+el8.7.0+1+aaaa")}),
  };
  return all;
}

// Set TALLYMAN_UPDATE_GOLDEN to write the file anew, then read the difference.
TEST(Match, FindsWhatTheGoldenFileSays) {
  std::filesystem::path testdata = std::filesystem::path(TALLYMAN_TESTDATA) / "vuln";
  testing_support::TemporaryFolder folder;
  ImportOptions options;
  options.sources = {testdata / "feed"};
  options.index_path = folder.path() / "index";
  Result<ImportStats> stats = import_feeds(options);
  ASSERT_TRUE(stats) << describe(stats.error());
  EXPECT_THAT(stats->problems, IsEmpty());
  auto index = VulnerabilityIndex::open(options.index_path);
  ASSERT_TRUE(index);
  std::string text;
  for (const Inventory& one : golden_inventories()) {
    MatchResult result = match(one, index->get());
    EXPECT_TRUE(result.assessment.assessed);
    text += fmt::format("# {} {}\n", one.distro->id, one.distro->version_id);
    for (const std::string& line : lines(one, result)) text += line + "\n";
  }
  std::filesystem::path golden = testdata / "findings.golden";
  if (std::getenv("TALLYMAN_UPDATE_GOLDEN") != nullptr) testing_support::write_text(golden, text);
  Result<Bytes> expected = read_file(golden, 1 << 20);
  ASSERT_TRUE(expected);
  EXPECT_EQ(text, as_text(*expected));
}

TEST(Match, SortsBySeverityThenPackageThenId) {
  auto rated = [](std::string_view id, std::string_view name, std::string_view severity) {
    return simple_document(
        id, "Debian:12", name, "9",
        "\"database_specific\":{\"severity\":\"" + std::string(severity) + "\"}");
  };
  BuiltIndex index({rated("A-4", "a", "low"), rated("A-3", "b", "critical"),
                    rated("A-2", "a", "critical"), rated("A-1", "a", "critical")});
  Inventory image = inventory("debian", "12", {package("deb", "a", "1"), package("deb", "b", "1")});
  std::vector<std::string> ids;
  for (const Finding& finding : match(image, index.get()).findings) ids.push_back(finding.id);
  EXPECT_THAT(ids, ElementsAre("A-1", "A-2", "A-3", "A-4"));
}

TEST(Match, ExplicitVersionsCountToo) {
  BuiltIndex index({R"({"id":"A-1","affected":[{"package":{"ecosystem":"Debian:12","name":"p"},
                        "versions":["1.0-1"]}]})"});
  Inventory image = inventory("debian", "12", {package("deb", "p", "1.0-1")});
  MatchResult result = match(image, index.get());
  ASSERT_THAT(result.findings, SizeIs(1));
  EXPECT_EQ(result.findings[0].state, FixState::unknown);
  image.packages[0].version = "1.0-2";
  EXPECT_THAT(match(image, index.get()).findings, IsEmpty());
}

TEST(Match, LastAffectedMeansAFixThatNobodyNames) {
  BuiltIndex index({R"({"id":"A-1","affected":[{"package":{"ecosystem":"Debian:12","name":"p"},
    "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"last_affected":"2"}]}]}]})"});
  MatchResult result = match(inventory("debian", "12", {package("deb", "p", "2")}), index.get());
  ASSERT_THAT(result.findings, SizeIs(1));
  EXPECT_EQ(result.findings[0].state, FixState::unknown);
  EXPECT_EQ(result.findings[0].last_affected, "2");
}

TEST(Match, AnAdvisoryWhoseCvesAllHaveRowsIsNoRow) {
  BuiltIndex index({
      simple_document("DEBIAN-CVE-2024-1111", "Debian:12", "p", ""),
      simple_document("DEBIAN-CVE-2024-2222", "Debian:12", "p", "3"),
      simple_document("DSA-1-1", "Debian:12", "p", "3",
                      R"("upstream":["CVE-2024-1111","CVE-2024-2222"],"summary":"p - update")"),
      simple_document("DSA-2-1", "Debian:12", "p", "4", R"("upstream":["CVE-2024-1111"])"),
  });
  Inventory image = inventory("debian", "12", {package("deb", "p", "1")});
  EXPECT_THAT(lines(image, match(image, index.get())),
              ElementsAre("p 1: DEBIAN-CVE-2024-2222 (CVE-2024-2222) unknown fixed 3 by p 1 "
                          "[CVE-2024-2222 DSA-1-1]",
                          "p 1: DSA-2-1 (CVE-2024-1111) unknown fixed 4 by p 1 "
                          "[CVE-2024-1111 DEBIAN-CVE-2024-1111 DSA-1-1]"));
}

TEST(Assess, SaysWhyNot) {
  BuiltIndex index({simple_document("A-1", "Debian:12", "p", "1")});
  auto reasons = [&](const Inventory& image, const VulnerabilityIndex* with) {
    MatchResult result = match(image, with);
    EXPECT_EQ(result.assessment.assessed, result.assessment.reasons.empty());
    return result.assessment.reasons;
  };
  std::vector<Package> one = {package("deb", "p", "1")};
  EXPECT_THAT(reasons(inventory("debian", "12", one), index.get()), IsEmpty());
  EXPECT_THAT(reasons(inventory("debian", "12", one), nullptr),
              ElementsAre("there is no vulnerability data"));
  EXPECT_THAT(reasons(inventory("plan9", "4", one), index.get()),
              ElementsAre("unknown distribution 'plan9'"));
  EXPECT_THAT(reasons(inventory("debian", "11", one), index.get()),
              ElementsAre("the vulnerability data does not cover Debian:11"));
  EXPECT_THAT(reasons(inventory("debian", "12", {}), index.get()),
              ElementsAre("no operating system packages were found"));
  EXPECT_THAT(reasons(Inventory{}, index.get()),
              ElementsAre("no operating system packages and no distribution were recognised"));
  EXPECT_THAT(reasons(Inventory{{}, one}, index.get()),
              ElementsAre("no distribution was recognised"));
}

TEST(Assess, NotesPackagesThatAreNotTheDistributions) {
  BuiltIndex index({simple_document("A-1", "Debian:12", "p", "9")});
  MatchResult result = match(
      inventory("debian", "12", {package("deb", "p", "1"), package("rpm", "p", "1")}), index.get());
  EXPECT_THAT(result.findings, SizeIs(1));
  ASSERT_THAT(result.problems, SizeIs(1));
  EXPECT_EQ(result.problems[0].code, "match.foreign_packages");
  EXPECT_THAT(result.assessment.reasons, ElementsAre(HasSubstr("1 rpm packages")));
}

TEST(Match, SaysSoWhenTheDetailsAreDamaged) {
  Bytes file = testing_support::build_index({simple_document("A-1", "Debian:12", "p", "9")});
  file.back() = static_cast<std::uint8_t>(file.back() ^ 0xFF);
  auto index = VulnerabilityIndex::from_bytes(file, VulnerabilityIndex::Verify::checksum);
  ASSERT_TRUE(index);
  MatchResult result = match(inventory("debian", "12", {package("deb", "p", "1")}), index->get());
  EXPECT_FALSE(result.assessment.assessed);
  EXPECT_THAT(result.assessment.reasons, ElementsAre("the vulnerability data is damaged"));
}

}  // namespace
}  // namespace tallyman
