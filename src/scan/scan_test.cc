#include "scan/scan.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "support/oci_builder.h"
#include "support/shared.h"
#include "support/tar_builder.h"

namespace tallyman {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing_support::OciBuilder;
using testing_support::TarBuilder;
using testing_support::TemporaryFolder;

std::string stanza(std::string_view name, std::string_view version) {
  return fmt::format(
      "Package: {}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {}\n\n", name,
      version);
}

constexpr std::string_view kStatus = "var/lib/dpkg/status";
constexpr std::string_view kOsRelease = "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian 12\"\n";

class NoNetwork final : public HttpClient {
 public:
  Result<HttpResponse> send(const HttpRequest&) override {
    return fail(ErrorKind::unavailable, "http.refused", "no network in this test");
  }
};

class ScanTest : public ::testing::Test {
 protected:
  Result<ScanOutcome> run(const std::string& source, bool cached = false) {
    ScanRequest request;
    request.source = source;
    request.platform = platform_;
    if (cached) request.cache_folder = folder_.path() / "cache";
    request.threads = 2;
    ScanServices services{
        .http = http_,
        .clock = system_clock(),
        .observer = observer_,
        .registry_options = [](const Reference& reference) -> Result<RegistryOptions> {
          RegistryOptions options;
          options.host = reference.registry;
          return options;
        },
        .index = nullptr,
        .tool_version = "test"};
    return scan(request, services);
  }
  std::vector<std::string> names(const Report& report) {
    std::vector<std::string> list;
    for (const Package& package : report.inventory.packages) {
      list.push_back(package.name + " " + package.version);
    }
    return list;
  }

  TemporaryFolder folder_;
  PlatformChoice platform_{{"linux", "amd64", ""}, false};
  OciBuilder oci_{folder_.path() / "oci"};
  std::string source_ = "oci-dir:" + (folder_.path() / "oci").string();
  NoNetwork http_;
  ScanObserver observer_;
};

TEST_F(ScanTest, ReadsPackagesOfTheTopmostDatabase) {
  oci_.layer(
      TarBuilder().file("etc/os-release", kOsRelease).file(kStatus, stanza("old", "1-1")).finish());
  oci_.layer(TarBuilder().file(kStatus, stanza("a", "1-1") + stanza("b", "2:3-4")).finish());
  oci_.image("app:1");
  auto outcome = run(source_ + ":app:1");
  ASSERT_TRUE(outcome) << describe(outcome.error());
  const Report& report = outcome->report;
  EXPECT_THAT(names(report), ElementsAre("a 1-1", "b 2:3-4"));
  EXPECT_EQ(report.inventory.distro->id, "debian");
  EXPECT_EQ(report.inventory.packages[0].locations.at(0).path, kStatus);
  EXPECT_EQ(report.inventory.packages[0].locations.at(0).layer_index, 1U);
  EXPECT_FALSE(report.assessment.assessed);  // no vulnerability index
}

TEST_F(ScanTest, SecondScanReadsOnlyNewLayers) {
  std::string base = TarBuilder().file("etc/os-release", kOsRelease).finish();
  oci_.layer(base);
  oci_.image("app:1");
  auto first = run(source_, true);
  ASSERT_TRUE(first) << describe(first.error());
  EXPECT_FALSE(first->report.layers[0].from_cache);
  EXPECT_EQ(first->report.layers[0].bytes_read, base.size());

  std::string extra = TarBuilder().file(kStatus, stanza("a", "1")).finish();
  oci_.layer(extra);
  oci_.image("app:2");
  auto second = run(source_, true);
  ASSERT_TRUE(second) << describe(second.error());
  EXPECT_TRUE(second->report.layers[0].from_cache);
  EXPECT_EQ(second->report.layers[0].bytes_read, 0U);
  EXPECT_FALSE(second->report.layers[1].from_cache);
  EXPECT_EQ(second->report.layers[1].bytes_read, extra.size());
  EXPECT_THAT(names(second->report), ElementsAre("a 1"));
}

TEST_F(ScanTest, WrongDiffIdIsNotAssessedAndNotCached) {
  oci_.layer(TarBuilder().file(kStatus, stanza("a", "1")).finish());
  oci_.claim_diff_id("sha256:" + std::string(64, '1'));
  oci_.image("app:1");
  for (int round = 0; round < 2; ++round) {
    auto outcome = run(source_, true);
    ASSERT_TRUE(outcome) << describe(outcome.error());
    ASSERT_EQ(outcome->report.problems.size(), 1U);
    EXPECT_EQ(outcome->report.problems[0].code, "layer.diff_id_mismatch");
    EXPECT_FALSE(outcome->report.layers[0].from_cache);
    EXPECT_FALSE(outcome->report.assessment.assessed);
  }
}

TEST_F(ScanTest, ChangedBlobIsAnErrorAndLeavesNoEntry) {
  std::string digest = oci_.layer(TarBuilder().file(kStatus, stanza("a", "1")).finish());
  oci_.image("app:1");
  {
    std::fstream file(oci_.blob_path(digest), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(520);
    file.put('X');
  }
  auto outcome = run(source_, true);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, "oci.digest_mismatch");
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(folder_.path() / "cache")) {
    EXPECT_FALSE(entry.is_regular_file()) << entry.path();
  }
}

TEST_F(ScanTest, BrokenLayerIsNamedAndTheOthersStand) {
  oci_.layer(TarBuilder().file(kStatus, stanza("a", "1")).finish());
  oci_.layer(std::string(2048, 'x'));
  oci_.image("app:1");
  auto outcome = run(source_, true);
  ASSERT_TRUE(outcome) << describe(outcome.error());
  EXPECT_THAT(names(outcome->report), ElementsAre("a 1"));
  EXPECT_TRUE(outcome->report.layers[0].analysed);
  EXPECT_FALSE(outcome->report.layers[1].analysed);
  ASSERT_EQ(outcome->report.problems.size(), 1U);
  EXPECT_THAT(outcome->report.problems[0].message, HasSubstr("was not analysed"));
  EXPECT_FALSE(outcome->report.assessment.assessed);
}

TEST_F(ScanTest, DatabaseBehindLinksIsFoundByASecondLook) {
  oci_.layer(TarBuilder()
                 .file("data/packages", stanza("linked", "1"))
                 .file("data/parts/one", "Package: part\nVersion: 2\n")
                 .finish());
  oci_.layer(TarBuilder()
                 .directory("var/lib/dpkg")
                 .symlink(kStatus, "../../../data/packages")
                 .symlink("var/lib/dpkg/status.d", "/data/parts")
                 .finish());
  oci_.image("app:1");
  for (int round = 0; round < 2; ++round) {  // the second from the cache
    auto outcome = run(source_, true);
    ASSERT_TRUE(outcome) << describe(outcome.error());
    EXPECT_THAT(names(outcome->report), ElementsAre("linked 1", "part 2"));
    EXPECT_EQ(outcome->report.layers[0].bytes_read == 0, round == 1);
  }
}

TEST_F(ScanTest, HardLinkToSkippedMember) {
  oci_.layer(TarBuilder().file("data/packages", stanza("linked", "1")).finish());
  oci_.layer(
      TarBuilder().hardlink(kStatus, "data/packages").file("data/.wh.packages", "").finish());
  oci_.image("app:1");
  auto outcome = run(source_);
  ASSERT_TRUE(outcome) << describe(outcome.error());
  ASSERT_THAT(names(outcome->report), ElementsAre("linked 1"));
  EXPECT_EQ(outcome->report.inventory.packages[0].locations.at(0).path, kStatus);
  EXPECT_EQ(outcome->report.inventory.packages[0].locations.at(0).layer_index, 1U);
}

TEST_F(ScanTest, OneBlobAsTwoLayersIsReadOnce) {
  std::string tar = TarBuilder().file("etc/os-release", kOsRelease).finish();
  oci_.layer(tar);
  oci_.layer(tar);
  oci_.image("app:1");
  auto outcome = run(source_);
  ASSERT_TRUE(outcome) << describe(outcome.error());
  EXPECT_EQ(outcome->report.layers[0].bytes_read, tar.size());
  EXPECT_EQ(outcome->report.layers[1].bytes_read, 0U);
}

TEST_F(ScanTest, EscapingPathsAreProblems) {
  oci_.layer(TarBuilder().file("../../var/lib/dpkg/status", stanza("evil", "1")).finish());
  oci_.image("app:1");
  auto outcome = run(source_);
  ASSERT_TRUE(outcome) << describe(outcome.error());
  EXPECT_THAT(names(outcome->report), IsEmpty());
  ASSERT_EQ(outcome->report.problems.size(), 1U);
  EXPECT_EQ(outcome->report.problems[0].code, "tar.path_escapes");
  EXPECT_FALSE(outcome->report.assessment.assessed);
}

// The database is not hidden with the path that a hard link was made from.
TEST_F(ScanTest, ProblemsOfAHardLinkedDatabaseStayWithTheLink) {
  oci_.layer(TarBuilder().file("data/packages", stanza("a", "1") + "Package: b\n").finish());
  oci_.layer(TarBuilder().hardlink(kStatus, "data/packages").finish());
  oci_.layer(TarBuilder().file("data/.wh.packages", "").finish());
  oci_.image("app:1");
  auto outcome = run(source_);
  ASSERT_TRUE(outcome) << describe(outcome.error());
  EXPECT_THAT(names(outcome->report), ElementsAre("a 1"));
  ASSERT_EQ(outcome->report.problems.size(), 1U);
  EXPECT_EQ(outcome->report.problems[0].path, kStatus);
  EXPECT_TRUE(outcome->report.problems[0].incomplete);
}

TEST_F(ScanTest, WriteAheadLogIsNoLeftover) {
  oci_.layer(TarBuilder()
                 .file("var/lib/rpm/rpmdb.sqlite", "no database")
                 .file("var/lib/rpm/rpmdb.sqlite-wal", "pages")
                 .file("var/lib/rpm/Packages", "old")
                 .finish());
  oci_.image("app:1");
  auto outcome = run(source_);
  ASSERT_TRUE(outcome) << describe(outcome.error());
  ASSERT_EQ(outcome->report.problems.size(), 2U);
  EXPECT_EQ(outcome->report.problems[0].code, "catalog.unsupported");
  EXPECT_EQ(outcome->report.problems[0].path, "var/lib/rpm/rpmdb.sqlite-wal");
  EXPECT_EQ(outcome->report.problems[1].path, "var/lib/rpm/rpmdb.sqlite");
}

TEST_F(ScanTest, LinksToDatabasesAreBounded) {
  TarBuilder tar;
  tar.file("data/one", stanza("a", "1"));
  for (int i = 0; i < 101; ++i) {
    tar.symlink(fmt::format("var/lib/dpkg/status.d/p{:03}", i), "/data/one");
  }
  oci_.layer(tar.finish());
  oci_.image("app:1");
  auto outcome = run(source_);
  ASSERT_TRUE(outcome) << describe(outcome.error());
  EXPECT_THAT(names(outcome->report), ElementsAre("a 1"));
  ASSERT_EQ(outcome->report.problems.size(), 1U);
  EXPECT_EQ(outcome->report.problems[0].code, "layer.links");
}

TEST_F(ScanTest, ProblemsOfASecondLookAtAFolderAreSaid) {
  std::filesystem::path root = folder_.path() / "root";
  std::filesystem::create_directories(root / "var/lib/dpkg");
  std::filesystem::create_directories(root / "data");
  std::ofstream(root / "data/packages") << stanza("a", "1") << "Package: b\n";
  std::filesystem::create_symlink("../../../data/packages", root / kStatus);
  auto outcome = run("dir:" + root.string());
  ASSERT_TRUE(outcome) << describe(outcome.error());
  EXPECT_THAT(names(outcome->report), ElementsAre("a 1"));
  ASSERT_EQ(outcome->report.problems.size(), 1U);
  EXPECT_TRUE(outcome->report.problems[0].incomplete);
}

TEST_F(ScanTest, ReadsAFolder) {
  std::filesystem::path root = folder_.path() / "root";
  std::filesystem::create_directories(root / "var/lib/dpkg");
  std::filesystem::create_directories(root / "data");
  std::ofstream(root / "data/real") << stanza("a", "1");
  std::filesystem::create_symlink("/data/real", root / kStatus);
  auto outcome = run("dir:" + root.string());
  ASSERT_TRUE(outcome) << describe(outcome.error());
  EXPECT_THAT(names(outcome->report), ElementsAre("a 1"));
  EXPECT_EQ(outcome->report.inventory.packages[0].locations.at(0).path, "data/real");
  EXPECT_THAT(outcome->report.layers, IsEmpty());
}

TEST_F(ScanTest, OtherPlatformIsAnErrorOnlyWhenAskedFor) {
  oci_.layer(TarBuilder().file("a", "b").finish());
  oci_.image("app:1", "s390x");
  EXPECT_TRUE(run(source_));
  platform_.explicit_choice = true;
  auto outcome = run(source_);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, "platform.not_available");
  EXPECT_THAT(outcome.error().hint, HasSubstr("linux/s390x"));
}

TEST_F(ScanTest, UnknownNamesAreErrorsThatListTheKnownOnes) {
  oci_.layer(TarBuilder().file("a", "b").finish());
  oci_.image("app:1");
  auto missing = run("oci-dir:" + (folder_.path() / "nothing").string());
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::not_found);
  auto other = run(source_ + ":other");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, "oci.no_such_image");
  EXPECT_THAT(other.error().hint, HasSubstr("app:1"));
}

TEST(Source, SchemesAndReferences) {
  EXPECT_TRUE(std::holds_alternative<DirectoryName>(*parse_source("dir:/x")));
  EXPECT_EQ(std::get<OciLayoutName>(*parse_source("oci-dir:/no/such:tag")).tag, "tag");
  EXPECT_EQ(std::get<OciLayoutName>(*parse_source("oci-dir:/no/such")).tag, "");
  EXPECT_EQ(std::get<RegistrySourceName>(*parse_source("registry:alpine")).reference.text(),
            std::get<RegistrySourceName>(*parse_source("alpine")).reference.text());
  EXPECT_TRUE(std::holds_alternative<RegistrySourceName>(*parse_source("docker:5000/x")));
  EXPECT_EQ(parse_source("docker:alpine").error().code, "source.unknown_scheme");
  EXPECT_EQ(parse_source("./rootfs").error().code, "source.path");
}

}  // namespace
}  // namespace tallyman
