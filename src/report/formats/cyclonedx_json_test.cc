#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/testing/samples.h"

namespace tallyman {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing_support::expect_golden;
using testing_support::rendered;

std::string render(const Report& report) { return rendered("cyclonedx-json", report); }

std::string serial_number(const std::string& document) {
  std::size_t at = document.find("urn:uuid:");
  return document.substr(at, 45);
}

TEST(CycloneDx, Ordinary) {
  expect_golden("ordinary.cdx.json", render(testing_support::ordinary_report()));
}

TEST(CycloneDx, Hostile) {
  std::string text = render(testing_support::hostile_report());
  expect_golden("hostile.cdx.json", text);
  EXPECT_THAT(text, Not(HasSubstr("\"url\": \"javascript:")));
}

TEST(CycloneDx, UnassessedSaysSo) {
  std::string text = render(testing_support::unassessed_report());
  expect_golden("unassessed.cdx.json", text);
  EXPECT_THAT(text, HasSubstr("\"name\": \"tallyman:assessed\",\n        \"value\": \"false\""));
  EXPECT_THAT(text, HasSubstr("there is no vulnerability index"));
}

TEST(CycloneDx, SerialNumberFollowsImageAndIndex) {
  Report report = testing_support::clean_report();
  std::string serial = serial_number(render(report));
  report.created += 1'000'000;
  EXPECT_EQ(serial_number(render(report)), serial);
  report.index.digest.back() = 'x';
  EXPECT_NE(serial_number(render(report)), serial);
  report = testing_support::clean_report();
  report.image.digest = Digest::from_bytes(Bytes(32, 9));
  EXPECT_NE(serial_number(render(report)), serial);
}

TEST(CycloneDx, ReferencesAreUnique) {
  Report report = testing_support::clean_report();
  report.inventory.packages.assign(3, report.inventory.packages[0]);
  report.findings.clear();
  std::string text = render(report);
  EXPECT_THAT(text, HasSubstr("distro=debian-12\",\n"));
  EXPECT_THAT(text, HasSubstr("distro=debian-12#2\",\n"));
  EXPECT_THAT(text, HasSubstr("distro=debian-12#3\",\n"));
}

TEST(CycloneDx, RatingMethods) {
  Report report = testing_support::ordinary_report();
  auto with = [&](std::string vector) {
    report.findings[0].cvss_vector = std::move(vector);
    return render(report);
  };
  EXPECT_THAT(with("CVSS:4.0/AV:N"), HasSubstr("\"method\": \"CVSSv4\""));
  EXPECT_THAT(with("CVSS:3.1/AV:N"), HasSubstr("\"method\": \"CVSSv31\""));
  EXPECT_THAT(with("CVSS:3.0/AV:N"), HasSubstr("\"method\": \"CVSSv3\""));
  EXPECT_THAT(with("AV:N/AC:L/Au:N/C:P/I:P/A:P"), HasSubstr("\"method\": \"CVSSv2\""));
  EXPECT_THAT(with("rubbish"), HasSubstr("\"method\": \"other\""));
}

}  // namespace
}  // namespace tallyman
