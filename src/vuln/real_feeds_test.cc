// The real feeds beside the checkout: everything is read, and a few facts are as they must be.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "parse/json.h"
#include "stream/zip.h"
#include "support/shared.h"
#include "vuln/cvss.h"
#include "vuln/import.h"
#include "vuln/mapped_file.h"
#include "vuln/match.h"

namespace tallyman {
namespace {

class RealFeeds : public testing::Test {
 protected:
  std::unique_ptr<VulnerabilityIndex> import(const std::vector<std::filesystem::path>& sources) {
    ImportOptions options;
    options.sources = sources;
    options.index_path = folder_.path() / "index";
    Result<ImportStats> stats = import_feeds(options);
    EXPECT_TRUE(stats) << describe(stats.error());
    if (!stats) return nullptr;
    stats_ = *stats;
    auto index = VulnerabilityIndex::open(options.index_path);
    EXPECT_TRUE(index);
    return index ? std::move(*index) : nullptr;
  }

  testing_support::TemporaryFolder folder_;
  ImportStats stats_;
};

Finding* find(MatchResult& result, std::string_view display_id) {
  for (Finding& finding : result.findings) {
    if (finding.display_id() == display_id) return &finding;
  }
  return nullptr;
}

MatchResult match_one(const VulnerabilityIndex& index, Distro distro, Package package) {
  Inventory inventory;
  inventory.distro = std::move(distro);
  inventory.packages.push_back(std::move(package));
  return match(inventory, &index);
}

// 85,008 documents, 31 ids twice; the catalogue of exploited vulnerabilities is the one JSON file
// that is no OSV record.
TEST_F(RealFeeds, AreReadWhole) {
  REQUIRE_SHARED(feeds, "data/feeds");
  auto index = import({feeds});
  ASSERT_TRUE(index);
  EXPECT_EQ(stats_.records + stats_.withdrawn + stats_.without_package + stats_.superseded, 85008U);
  EXPECT_EQ(stats_.superseded, 31U);
  ASSERT_THAT(stats_.problems, testing::SizeIs(1));
  EXPECT_EQ(stats_.problems[0].path, "KEV/known_exploited_vulnerabilities.json");
  EXPECT_LT(stats_.index_bytes, 20U << 20);
  EXPECT_TRUE(index->verify_digest());
  for (std::string ecosystem :
       {"Debian:12", "Alpine:edge", "Alpine:v3.19", "Wolfi", "AlmaLinux:9",
        "Red Hat:enterprise_linux:8", "Rocky Linux:9", "Ubuntu:22.04:LTS", "Go", "npm", "PyPI"}) {
    EXPECT_TRUE(index->covers(ecosystem)) << ecosystem;
  }

  Package openssl{"deb", "libssl3", "3.0.7-1", "amd64", "openssl", "", "", "", "", {}};
  MatchResult debian = match_one(*index, {"debian", "", "12", "", ""}, openssl);
  EXPECT_TRUE(debian.assessment.assessed);
  Finding* cve = find(debian, "CVE-2023-0286");
  ASSERT_NE(cve, nullptr);
  EXPECT_EQ(cve->fixed_version, "3.0.8-1");
  EXPECT_EQ(cve->matched_name, "openssl");
  EXPECT_EQ(cve->data_source, "Debian/all.zip");

  Package libs{"rpm", "openssl-libs", "1:3.0.1-43.el9_0", "x86_64", "openssl", "", "", "", "", {}};
  MatchResult alma = match_one(*index, {"almalinux", "", "9.1", "", ""}, libs);
  Finding* advisory = find(alma, "ALSA-2023:0946");
  ASSERT_NE(advisory, nullptr);
  EXPECT_EQ(advisory->severity, Severity::medium);
  EXPECT_EQ(advisory->fixed_version, "1:3.0.1-47.el9_1");
  EXPECT_THAT(advisory->aliases, testing::Contains("CVE-2023-0286"));
}

// Bitnami gives the rating beside the vector.
TEST_F(RealFeeds, AgreeWithOurCvssRatings) {
  REQUIRE_SHARED(path, "data/feeds/Bitnami/all.zip");
  Result<MappedFile> file = MappedFile::open(path);
  ASSERT_TRUE(file);
  Result<ZipArchive> archive = ZipArchive::open(file->bytes(), 100'000);
  ASSERT_TRUE(archive);
  int compared = 0;
  int different = 0;
  Bytes bytes;
  for (std::size_t i = 0; i < archive->members().size(); i += 5) {
    const ZipMember& member = archive->members()[i];
    ASSERT_TRUE(archive->extract(member, 1 << 20, bytes));
    Result<Json> document = Json::parse(bytes);
    ASSERT_TRUE(document) << member.name;
    const Json& affected = document->find("affected")->items()[0];
    const Json* list = affected.find("severity");
    if (list == nullptr || list->items().empty()) continue;
    std::string_view vector = list->items()[0].text_of("score");
    auto said = parse_severity(document->find("database_specific")->text_of("severity"));
    auto ours = score_cvss(vector);
    ASSERT_TRUE(ours && said) << member.name;
    if (ours->version != 3) continue;
    ++compared;
    if (ours->severity != *said) ++different;
  }
  EXPECT_GT(compared, 1200);
  EXPECT_EQ(different, 0);
}

}  // namespace
}  // namespace tallyman
