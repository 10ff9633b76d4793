#include "report/testing/samples.h"

namespace tallyman::testing_support {
namespace {

constexpr Microseconds kSecond = 1'000'000;

Digest digest(std::uint8_t byte) { return Digest::from_bytes(Bytes(32, byte)); }

Package package(std::string type, std::string name, std::string version) {
  Package made;
  made.type = std::move(type);
  made.name = std::move(name);
  made.version = std::move(version);
  made.architecture = "amd64";
  made.locations = {{"var/lib/dpkg/status", digest(0xB1), 1}};
  return made;
}

Image image() {
  Image made;
  made.source = "registry.example.com/team/app:1";
  made.name = "registry.example.com/team/app:1";
  made.digest = digest(0xD1);
  made.index_digest = digest(0xD2);
  made.config_digest = digest(0xD3);
  made.manifest_media_type = "application/vnd.oci.image.manifest.v1+json";
  made.platform = {"linux", "amd64", ""};
  made.created = "2026-11-01T10:00:00Z";
  made.layers = {{{"application/vnd.oci.image.layer.v1.tar+gzip", digest(0xA0), 100, {}},
                  digest(0xB0),
                  "ADD rootfs"},
                 {{"application/vnd.oci.image.layer.v1.tar+gzip", digest(0xA1), 200, {}},
                  digest(0xB1),
                  "RUN apt-get install curl"}};
  return made;
}

Finding finding(std::size_t index, std::string id, Severity severity, const Package& of) {
  Finding made;
  made.package = index;
  made.id = std::move(id);
  made.severity = severity;
  made.introduced = "0";
  made.matched_name = of.source_name.empty() ? of.name : of.source_name;
  made.matched_version = of.version;
  made.ecosystem = "Debian:12";
  made.data_source = "Debian/all.zip";
  return made;
}

Finding fixed(Finding made, std::string version) {
  made.state = FixState::fixed;
  made.fixed_version = std::move(version);
  return made;
}

void add_packages(Report& report) {
  Package curl = package("deb", "curl", "7.88.1-10+deb12u4");
  curl.licence = "curl";
  curl.supplier = "Debian Curl Maintainers <curl@example.org>";
  Package ssl = package("deb", "libssl3", "1:3.0.9-1");
  ssl.source_name = "openssl";
  ssl.locations.push_back({"var/lib/dpkg/status.d/libssl3", digest(0xB0), 0});
  report.inventory.packages = {curl, ssl, package("deb", "zlib1g", "1:1.2.13")};
}

void add_findings(Report& report) {
  const std::vector<Package>& packages = report.inventory.packages;
  Finding critical = finding(0, "DEBIAN-CVE-2023-38545", Severity::critical, packages[0]);
  critical.aliases = {"CVE-2023-38545"};
  critical.cvss_score = 9.8;
  critical.cvss_vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
  critical.summary = "heap overflow in the SOCKS5 handshake";
  critical.url = "https://security-tracker.example.org/CVE-2023-38545";
  critical.published = 1697020000 * kSecond;
  critical.modified = 1700000000 * kSecond;
  Finding high = finding(1, "DSA-9999-1", Severity::high, packages[1]);
  high.aliases = {"CVE-2024-0001", "CVE-2024-0002"};
  Finding open = finding(2, "DEBIAN-CVE-2023-45853", Severity::negligible, packages[2]);
  open.state = FixState::not_fixed;
  open.last_affected = "1:1.2.14";
  report.findings = {fixed(critical, "7.88.1-10+deb12u5"), fixed(high, "3.0.11-1"), open,
                     finding(2, "DEBIAN-CVE-2026-0001", Severity::unknown, packages[2])};
}

// What only a stranger would write: escapes, controls, overrides, broken UTF-8, markup, quotes.
std::string hostile(std::string_view name) {
  return std::string(name) +
         "\x1b[31m\x1b]0;title\x07\r\n\t\b\x7f\xC2\x9B"
         "2J\xE2\x80\xAE\xE2\x81\xA6"
         "\xFF\xC0\xAF</script>\"'\\,$(id)`";
}

}  // namespace

Report clean_report() {
  Report report;
  report.image = image();
  report.inventory.distro =
      Distro{"debian", "", "12", "bookworm", "Debian GNU/Linux 12 (bookworm)"};
  add_packages(report);
  report.assessment.assessed = true;
  report.layers = {{digest(0xA0), digest(0xB0), 100, 1000, 10, 0, true, true},
                   {digest(0xA1), digest(0xB1), 200, 2000, 20, 200, false, true}};
  report.index = {digest(0xE1).text(), 1'795'000'000 * kSecond, 86720};
  report.created = 1'795'532'444 * kSecond;
  report.tool_version = "0.1.0";
  return report;
}

Report ordinary_report() {
  Report report = clean_report();
  add_findings(report);
  report.problems = {{"catalog.malformed", "opt/x/package.json", "not JSON at offset 3", false}};
  return report;
}

Report unassessed_report() {
  Report report = clean_report();
  report.inventory.distro.reset();
  report.index = {};
  report.assessment = {false,
                       {"there is no vulnerability index", "the distribution is not known",
                        "1 of 2 layers could not be read"}};
  report.layers[1].analysed = false;
  report.problems = {{"layer.truncated", "", "layer 2 ends early at offset 100", true}};
  return report;
}

Report hostile_report() {
  Report report = ordinary_report();
  Package& victim = report.inventory.packages[0];
  victim.name = hostile("name");
  victim.version = hostile("1.0");
  victim.type = hostile("deb");
  victim.licence = hostile("licence");
  victim.supplier = hostile("supplier");
  victim.locations[0].path = hostile("path");
  report.inventory.packages[2] = victim;  // and twice the same, so that references collide
  report.inventory.distro =
      Distro{hostile("id"), hostile("like"), hostile("12"), "", hostile("pretty")};
  report.image.name = hostile("image");
  report.image.layers[0].created_by = hostile("RUN");
  Finding& found = report.findings[0];
  found.id = hostile("CVE-2023-38545");
  found.aliases = {hostile("alias")};
  found.fixed_version = hostile("2");
  found.summary = hostile("summary");
  found.url = hostile("javascript:alert(1)//");
  found.cvss_vector = hostile("CVSS:9");
  found.data_source = hostile("feed");
  report.findings.push_back(found);
  report.assessment = {false, {hostile("reason")}};
  report.problems = {{hostile("code"), hostile("path"), hostile("message"), true}};
  return report;
}

}  // namespace tallyman::testing_support
