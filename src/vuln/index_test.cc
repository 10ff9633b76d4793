#include "vuln/index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "vuln/layout.h"
#include "vuln/testing/feed_builder.h"
#include "vuln/testing/index_exercise.h"

namespace tallyman {
namespace {

using testing::ElementsAre;
using testing_support::build_index;
using testing_support::BuiltIndex;
using testing_support::exercise;
using testing_support::simple_document;
using Verify = VulnerabilityIndex::Verify;

const std::vector<std::string> kDocuments = {
    simple_document("DEBIAN-CVE-2024-1000", "Debian:12", "libfoo", "1.0-3",
                    R"("upstream":["CVE-2024-1000"],"published":"2024-01-01T00:00:00Z",
                       "summary":"A hole","references":[{"type":"ADVISORY","url":"https://a"}],
                       "severity":[{"type":"CVSS_V3",
                         "score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}])"),
    simple_document("DEBIAN-CVE-2024-2000", "Debian:12", "libfoo", ""),
    R"({"id":"ALSA-2024:1","modified":"2025-01-01T00:00:00Z","affected":[
        {"package":{"ecosystem":"AlmaLinux:9","name":"foo"},"versions":["1","2"],
         "ecosystem_specific":{"module":"foo:1","severity":"High"},
         "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"2"},
                    {"introduced":"3"},{"last_affected":"4"}]}]},
        {"package":{"ecosystem":"AlmaLinux:8","name":"foo"},"versions":["1","2"]}]})",
    R"({"id":"ALBA-2024:1","affected":[
        {"package":{"ecosystem":"AlmaLinux:9","name":"foo"},"versions":["1"]}]})",
};

TEST(Index, GivesBackWhatWasImported) {
  BuiltIndex index(kDocuments);
  EntryList foo = index->lookup("Debian:12", "libfoo");
  ASSERT_EQ(foo.size(), 2U);
  EXPECT_EQ(foo[0].ranges.size(), 1U);
  EXPECT_EQ(foo[0].ranges[0], (AffectedRange{"0", "1.0-3", ""}));
  EXPECT_EQ(foo[1].ranges[0], (AffectedRange{"0", "", ""}));
  EXPECT_EQ(foo[0].severity, Severity::unknown);

  EntryList alma = index->lookup("AlmaLinux:9", "foo");
  ASSERT_EQ(alma.size(), 2U);
  EXPECT_EQ(alma[0].module, "foo:1");
  EXPECT_EQ(alma[0].severity, Severity::high);
  ASSERT_EQ(alma[0].ranges.size(), 2U);
  EXPECT_EQ(alma[0].ranges[1], (AffectedRange{"3", "", "4"}));
  ASSERT_EQ(alma[0].versions.size(), 2U);
  EXPECT_EQ(alma[0].versions[1], "2");
  EXPECT_FALSE(alma[0].errata_only);
  EXPECT_TRUE(alma[1].errata_only);

  for (auto [ecosystem, name] : {std::pair{"Debian:12", "libfo"},
                                 {"Debian:1", "2libfoo"},
                                 {"", ""},
                                 {"Debian:11", "libfoo"}}) {
    EXPECT_EQ(index->lookup(ecosystem, name).size(), 0U) << ecosystem << name;
  }
}

TEST(Index, GivesTheDetailsOfARecord) {
  BuiltIndex index(kDocuments);
  Result<VulnerabilityRecord> record = index->record(0);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->id, "DEBIAN-CVE-2024-1000");
  EXPECT_THAT(record->aliases, ElementsAre("CVE-2024-1000"));
  EXPECT_EQ(record->severity, Severity::critical);
  EXPECT_DOUBLE_EQ(record->cvss_score, 9.8);
  EXPECT_EQ(record->cvss_vector, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H");
  EXPECT_EQ(record->summary, "A hole");
  EXPECT_EQ(record->url, "https://a");
  EXPECT_EQ(record->data_source, "test");
  EXPECT_EQ(record->published, 1704067200'000000);
  EXPECT_EQ(record->modified, 1704164645'000000);
  EXPECT_EQ(index->record(4).error().code, "index.malformed");
  EXPECT_EQ(index->record(UINT32_MAX).error().code, "index.malformed");
}

TEST(Index, CountsEcosystems) {
  BuiltIndex index(kDocuments);
  std::vector<std::string> rows;
  for (const EcosystemStats& stats : index->ecosystems()) {
    rows.push_back(stats.ecosystem + " " + std::to_string(stats.records) + " " +
                   std::to_string(stats.packages));
  }
  EXPECT_THAT(rows, ElementsAre("AlmaLinux:8 1 1", "AlmaLinux:9 2 1", "Debian:12 2 1"));
  EXPECT_TRUE(index->covers("AlmaLinux:8"));
  EXPECT_FALSE(index->covers("AlmaLinux:"));
  EXPECT_EQ(index->info().records, 4U);
  EXPECT_EQ(index->info().newest_modified, 1735689600'000000);
  EXPECT_EQ(index->info().digest.size(), 7U + 64U);
  EXPECT_TRUE(index->verify_digest());
}

TEST(Index, FingerprintTellsWhetherAPackageChanged) {
  std::string a = simple_document("A-1", "Debian:12", "p", "1");
  std::string b = simple_document("A-2", "Debian:12", "p", "2");
  std::string other = simple_document("A-3", "Debian:12", "q", "2");
  std::string changed = simple_document("A-2", "Debian:12", "p", "3");
  auto fingerprint = [](const std::vector<std::string>& documents) {
    BuiltIndex index(documents);
    return index->lookup("Debian:12", "p").fingerprint();
  };
  EXPECT_EQ(fingerprint({a, b}), fingerprint({other, b, a}));
  EXPECT_NE(fingerprint({a, b}), fingerprint({a, changed}));
  EXPECT_NE(fingerprint({a, b}), fingerprint({a}));
}

TEST(Index, OpensTheFileOfItsFormatOnly) {
  testing_support::TemporaryFolder folder;
  auto open = [&](std::string_view content) {
    testing_support::write_text(folder.path() / "index", content);
    auto opened = VulnerabilityIndex::open(folder.path() / "index");
    return opened ? "open" : opened.error().code;
  };
  Bytes file = build_index(kDocuments);
  EXPECT_EQ(open(as_text(file)), "open");
  EXPECT_EQ(open(""), "index.malformed");
  EXPECT_EQ(open("SQLite format 3"), "index.malformed");
  EXPECT_EQ(open(std::string(4096, 'x')), "index.malformed");
  Bytes newer = file;
  newer[8] = 99;
  EXPECT_EQ(open(as_text(newer)), "index.version");
  EXPECT_EQ(VulnerabilityIndex::open(folder.path() / "none").error().code, "index.missing");
}

TEST(Index, RefusesEveryTruncation) {
  Bytes file = build_index(kDocuments);
  for (std::size_t size = 0; size < file.size(); ++size) {
    auto opened = VulnerabilityIndex::from_bytes(ByteView(file).first(size), Verify::bounds_only);
    EXPECT_FALSE(opened) << size;
  }
}

// A few bits of a zstd frame mean nothing: then the record is what it was.
void expect_same_or_error(const VulnerabilityIndex& damaged, const std::vector<std::string>& whole,
                          std::size_t byte) {
  for (std::uint32_t i = 0; i < whole.size(); ++i) {
    Result<VulnerabilityRecord> record = damaged.record(i);
    if (!record) continue;
    EXPECT_EQ(record->id + record->summary + record->url, whole[i]) << byte;
  }
}

// With the checksum, damage anywhere is an error; without, whatever the answer, it is no crash.
TEST(Index, SurvivesDamageToEveryByte) {
  Bytes file = build_index(kDocuments);
  IndexHeader header = load_row<IndexHeader>(file, 0);
  std::size_t details = header.sections[static_cast<std::size_t>(Section::details)].offset;
  std::vector<std::string> whole;
  auto undamaged = VulnerabilityIndex::from_bytes(file, Verify::checksum);
  for (std::uint32_t i = 0; i < kDocuments.size(); ++i) {
    Result<VulnerabilityRecord> record = (*undamaged)->record(i);
    whole.push_back(record->id + record->summary + record->url);
  }
  for (std::size_t i = 0; i < file.size(); ++i) {
    for (std::uint8_t flip : std::initializer_list<std::uint8_t>{0x01, 0x80, 0xFF}) {
      Bytes damaged = file;
      damaged[i] = static_cast<std::uint8_t>(damaged[i] ^ flip);
      auto loose = VulnerabilityIndex::from_bytes(damaged, Verify::bounds_only);
      if (loose) exercise(**loose, "AlmaLinux:9", "foo");
      auto strict = VulnerabilityIndex::from_bytes(damaged, Verify::checksum);
      bool in_digest = i >= offsetof(IndexHeader, digest) &&
                       i < offsetof(IndexHeader, digest) + header.digest.size();
      if (in_digest) {
        ASSERT_TRUE(strict) << i;
        EXPECT_FALSE((*strict)->verify_digest()) << i;
      } else if (i < details) {
        EXPECT_FALSE(strict) << "byte " << i;
      } else {
        ASSERT_TRUE(strict) << i;
        expect_same_or_error(**strict, whole, i);
      }
    }
  }
}

}  // namespace
}  // namespace tallyman
