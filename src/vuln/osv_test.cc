#include "vuln/osv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "vuln/osv_ids.h"
#include "vuln/testing/feed_builder.h"

namespace tallyman {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing_support::bytes_of;

class Osv : public testing::Test {
 protected:
  // Parses what must parse.
  const OsvDocument& parse(std::string_view text) {
    Bytes bytes = bytes_of(text);
    buffers_.push_back(std::move(bytes));
    auto document = parser_.parse(buffers_.back());
    EXPECT_TRUE(document) << describe(document.error());
    return **document;
  }
  std::string error_code(std::string_view text) {
    Bytes bytes = bytes_of(text);
    auto document = parser_.parse(bytes);
    return document ? "none" : document.error().code;
  }

  OsvParser parser_;
  std::vector<Bytes> buffers_;
};

// One affected entry with these events.
std::string with_events(std::string_view ecosystem, std::string_view events) {
  return R"({"id":"X-1","affected":[{"package":{"ecosystem":")" + std::string(ecosystem) +
         R"(","name":"p"},"ranges":[{"type":"ECOSYSTEM","events":[)" + std::string(events) +
         "]}]}]}";
}

TEST_F(Osv, ReadsWhatTheIndexKeeps) {
  const OsvDocument& document = parse(R"({
    "schema_version": "1.7.0", "id": "DEBIAN-CVE-2024-1000",
    "modified": "2024-02-01T00:00:00Z", "published": "2024-01-01T00:00:00Z",
    "upstream": ["CVE-2024-1000"], "aliases": ["GHSA-aaaa-bbbb-cccc"],
    "summary": "  A hole\u0007 in libfoo\nsecond line", "details": "long",
    "references": [{"type": "WEB", "url": "https://web.example"},
                   {"type": "ADVISORY", "url": "https://advisory.example"}],
    "severity": [{"type": "CVSS_V2", "score": "AV:N/AC:L/Au:N/C:P/I:P/A:P"},
                 {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
    "affected": [{
      "package": {"ecosystem": "Debian:12", "name": "libfoo"},
      "ecosystem_specific": {"urgency": "low"},
      "versions": ["1.0-1", "1.0-2"],
      "ranges": [{"type": "GIT", "events": [{"introduced": "abc"}]},
                 {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.0-3"}]}]}]})");
  EXPECT_EQ(document.id, "DEBIAN-CVE-2024-1000");
  EXPECT_EQ(document.published, 1704067200'000000);
  EXPECT_EQ(document.modified, 1706745600'000000);
  EXPECT_THAT(document.aliases, ElementsAre("CVE-2024-1000", "GHSA-aaaa-bbbb-cccc"));
  EXPECT_EQ(document.summary, "A hole  in libfoo");
  EXPECT_EQ(document.url, "https://advisory.example");
  EXPECT_EQ(document.severity, Severity::critical);
  EXPECT_DOUBLE_EQ(document.cvss_score, 9.8);
  ASSERT_EQ(document.affected.size(), 1U);
  const OsvAffected& affected = document.affected[0];
  EXPECT_EQ(affected.ecosystem, "Debian:12");
  EXPECT_EQ(affected.name, "libfoo");
  EXPECT_EQ(affected.severity, Severity::low);
  EXPECT_THAT(affected.versions, ElementsAre("1.0-1", "1.0-2"));
  EXPECT_THAT(affected.ranges, ElementsAre(AffectedRange{"0", "1.0-3", ""}));
}

TEST_F(Osv, TurnsEventsIntoRanges) {
  auto ranges = [&](std::string_view ecosystem, std::string_view events) {
    return parse(with_events(ecosystem, events)).affected.at(0).ranges;
  };
  EXPECT_THAT(ranges("npm", R"({"introduced":"0"})"), ElementsAre(AffectedRange{"0", "", ""}));
  EXPECT_THAT(ranges("npm", R"({"introduced":"1"},{"last_affected":"2"})"),
              ElementsAre(AffectedRange{"1", "", "2"}));
  EXPECT_THAT(ranges("npm", R"({"introduced":"1"},{"fixed":"2"},{"introduced":"3"},{"fixed":"4"})"),
              ElementsAre(AffectedRange{"1", "2", ""}, AffectedRange{"3", "4", ""}));
  // A second end, or a second beginning inside a range, changes nothing.
  EXPECT_THAT(ranges("npm", R"({"introduced":"1"},{"fixed":"2"},{"fixed":"3"})"),
              ElementsAre(AffectedRange{"1", "2", ""}));
  EXPECT_THAT(ranges("npm", R"({"introduced":"1"},{"introduced":"2"},{"fixed":"3"})"),
              ElementsAre(AffectedRange{"1", "3", ""}));
  // Where we know the order of versions, the feed's order does not matter.
  EXPECT_THAT(ranges("Debian:12", R"({"fixed":"1.1"},{"introduced":"0"})"),
              ElementsAre(AffectedRange{"0", "1.1", ""}));
  EXPECT_THAT(ranges("Debian:12", R"({"fixed":"1:0"},{"introduced":"0"},{"fixed":"9.1~rc"})"),
              ElementsAre(AffectedRange{"0", "9.1~rc", ""}));
  EXPECT_THAT(
      ranges("Debian:12", R"({"introduced":"0"},{"fixed":"0"},{"introduced":"2"},{"fixed":"2"})"),
      ElementsAre(AffectedRange{"0", "0", ""}, AffectedRange{"2", "2", ""}));
}

TEST_F(Osv, FindsTheCveInsideAnId) {
  EXPECT_EQ(cve_of("CVE-2024-1234"), "CVE-2024-1234");
  EXPECT_EQ(cve_of("UBUNTU-CVE-2024-123456"), "CVE-2024-123456");
  EXPECT_EQ(cve_of("CVE-2024-123"), "");
  EXPECT_EQ(cve_of("XCVE-2024-1234"), "");
  EXPECT_EQ(cve_of("CVE-2024-1234x"), "");
  EXPECT_EQ(cve_of("CVE-2024"), "");
}

TEST_F(Osv, TakesRelatedCvesOnlyFromAdvisoriesThatNameNone) {
  auto aliases = [&](std::string_view fields) {
    return parse("{" + std::string(fields) + "}").aliases;
  };
  EXPECT_THAT(aliases(R"("id":"ALSA-2024:1","related":["CVE-2024-2222","CVE-2024-1111","X-1"])"),
              ElementsAre("CVE-2024-1111", "CVE-2024-2222"));
  EXPECT_THAT(aliases(R"("id":"RHSA-2024:1","upstream":["CVE-2024-3333"],
                         "related":["CVE-2024-1111"])"),
              ElementsAre("CVE-2024-3333"));
  EXPECT_THAT(aliases(R"("id":"GHSA-x","related":["CVE-2024-1111"])"), IsEmpty());
  EXPECT_THAT(aliases(R"("id":"USN-1-1","upstream":["UBUNTU-CVE-2024-4444"])"),
              ElementsAre("CVE-2024-4444", "UBUNTU-CVE-2024-4444"));
  EXPECT_THAT(aliases(R"("id":"ALPINE-CVE-2024-5555")"), ElementsAre("CVE-2024-5555"));
}

TEST_F(Osv, KnowsErrataThatNameNoVulnerability) {
  EXPECT_TRUE(parse(R"({"id":"ALBA-2024:1"})").errata_only);
  EXPECT_FALSE(parse(R"({"id":"ALBA-2024:1","related":["CVE-2024-1111"]})").errata_only);
  EXPECT_FALSE(parse(R"({"id":"ALSA-2024:1"})").errata_only);
}

TEST_F(Osv, PrefersTheWordOfTheSource) {
  auto severity = [&](std::string_view fields) {
    return parse(R"({"id":"X-1",)" + std::string(fields) + "}").severity;
  };
  constexpr std::string_view kVector =
      R"({"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"})";
  EXPECT_EQ(
      severity(R"("severity":[)" + std::string(kVector) + R"(,{"type":"Ubuntu","score":"low"}])"),
      Severity::low);
  EXPECT_EQ(severity(R"("severity":[)" + std::string(kVector) + "]"), Severity::critical);
  EXPECT_EQ(severity(R"("database_specific":{"severity":"MODERATE"})"), Severity::medium);
  EXPECT_EQ(severity(R"("summary":"Important: firefox security update")"), Severity::high);
  EXPECT_EQ(severity(R"j("summary":"RHSA-1:2: x security update (Critical)")j"),
            Severity::critical);
  EXPECT_EQ(severity(R"j("summary":"idm bug fix update (None)",
                          "database_specific":{"severity":"None"})j"),
            Severity::unknown);
  EXPECT_EQ(severity(R"("severity":[{"type":"CVSS_V4","score":"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N)"
                     R"(/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"}])"),
            Severity::unknown);
  EXPECT_EQ(severity(R"("severity":"high")"), Severity::unknown);
}

TEST_F(Osv, TakesTheVectorOfTheFirstPackageWhenTheDocumentHasNone) {
  const OsvDocument& document = parse(R"({"id":"BIT-1","affected":[{
    "package":{"ecosystem":"Bitnami","name":"x"}, "versions":["1"],
    "severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}]}]})");
  EXPECT_DOUBLE_EQ(document.cvss_score, 7.5);
  EXPECT_EQ(document.affected.at(0).severity, Severity::high);
}

TEST_F(Osv, TakesWrongTypesForAbsent) {
  const OsvDocument& document = parse(R"({"id":"X-1","modified":7,"aliases":"CVE-2024-1111",
    "withdrawn":null,"references":{},"summary":[],"severity":[1,{"score":null}],
    "affected":[5,{"package":"p"},{"package":{"ecosystem":"npm"}},
      {"package":{"ecosystem":"npm","name":"p"}},
      {"package":{"ecosystem":"npm","name":"q"},"versions":null,
       "ranges":[{"events":[{"introduced":"0"},{"fixed":7},"x"]},{"type":"GIT"}]}]})");
  EXPECT_EQ(document.modified, 0);
  EXPECT_FALSE(document.withdrawn);
  EXPECT_THAT(document.aliases, IsEmpty());
  ASSERT_EQ(document.affected.size(), 1U);
  EXPECT_EQ(document.affected[0].name, "q");
  EXPECT_THAT(document.affected[0].ranges, ElementsAre(AffectedRange{"0", "", ""}));
}

TEST_F(Osv, CutsALongSummaryAtAWord) {
  std::string details;
  for (int i = 0; i < 100; ++i) details += "word ";
  const OsvDocument& document = parse(R"({"id":"X-1","details":")" + details + "\"}");
  EXPECT_LE(document.summary.size(), 243U);
  EXPECT_TRUE(document.summary.ends_with("word...")) << document.summary;
  // In the middle of a character without a space nearby.
  std::string umlauts;
  for (int i = 0; i < 121; ++i) umlauts += "\xC3\xBC";
  EXPECT_EQ(parse(R"({"id":"X-1","details":"x)" + umlauts + "\"}").summary,
            "x" + umlauts.substr(0, 238) + "...");
}

TEST_F(Osv, RefusesWhatIsNoRecord) {
  EXPECT_EQ(error_code(""), "feed.malformed");
  EXPECT_EQ(error_code("[]"), "feed.malformed");
  EXPECT_EQ(error_code("{}"), "feed.malformed");
  EXPECT_EQ(error_code(R"({"id":""})"), "feed.malformed");
  EXPECT_EQ(error_code(R"({"id":"X-1")"), "feed.malformed");
  EXPECT_EQ(error_code("{\"id\":\"\xFF\"}"), "feed.malformed");
  std::string deep(70, '[');
  EXPECT_EQ(error_code(R"({"id":"X","a":)" + deep + std::string(70, ']') + "}"), "feed.malformed");
}

TEST_F(Osv, KeepsItsLimits) {
  OsvParser parser({.document_bytes = 200, .text_bytes = 20, .aliases = 3});
  auto code = [&](const std::string& text) {
    Bytes bytes = bytes_of(text);
    auto document = parser.parse(bytes);
    return document ? "none" : document.error().code;
  };
  EXPECT_EQ(code(R"({"id":"X-1"})"), "none");
  EXPECT_EQ(code(R"({"id":"X-1","details":")" + std::string(200, 'x') + "\"}"), "feed.too_large");
  EXPECT_EQ(code(R"({"id":")" + std::string(21, 'x') + "\"}"), "feed.too_large");
  EXPECT_EQ(code(R"({"id":"X","aliases":["a","b","c","d"]})"), "feed.too_large");
  EXPECT_EQ(code(with_events("npm", R"({"introduced":")" + std::string(21, '1') + "\"}")),
            "feed.too_large");
}

}  // namespace
}  // namespace tallyman
