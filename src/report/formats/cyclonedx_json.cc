// CycloneDX 1.6 as JSON (ECMA-424): the image as metadata.component, its distribution and packages
// as components, findings as vulnerabilities. What CycloneDX has no field for is a property named
// "tallyman:...", above all whether the result may be relied on ("tallyman:assessed").

#include <algorithm>
#include <unordered_map>

#include "base/json_writer.h"
#include "base/text.h"
#include "model/purl.h"
#include "model/uuid.h"
#include "report/format.h"

namespace tallyman::formats {
namespace {

// Makes every reference unique within the document: the second "x" becomes "x#2".
class References {
 public:
  std::string unique(const std::string& base) {
    std::size_t& used = used_[base];
    while (true) {
      std::string candidate = ++used == 1 ? base : base + "#" + std::to_string(used);
      if (used == 1 || used_.emplace(candidate, 1).second) return candidate;
    }
  }

 private:
  std::unordered_map<std::string, std::size_t> used_;
};

void write_property(JsonWriter& json, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  json.begin_object().field("name", name).field("value", value).end_object();
}

// A link that a reader may follow; anything else in a feed's text stays out.
bool is_web_address(std::string_view url) {
  bool scheme = url.starts_with("https://") || url.starts_with("http://");
  return scheme && std::ranges::all_of(url, [](char c) {
           return c > ' ' && c < 0x7F &&
                  std::string_view("<>\"\\^`{|}").find(c) == std::string_view::npos;
         });
}

void write_image(JsonWriter& json, const Image& image, const std::string& ref) {
  json.key("component").begin_object();
  json.field("type", "container").field("bom-ref", ref);
  json.field("name", image.name.empty() ? image.source : image.name);
  json.field_if("version", image.digest.text());
  json.key("properties").begin_array();
  write_property(json, "tallyman:image:source", image.source);
  write_property(json, "tallyman:image:index-digest", image.index_digest.text());
  write_property(json, "tallyman:image:config-digest", image.config_digest.text());
  write_property(json, "tallyman:image:platform",
                 image.platform.os.empty() ? "" : image.platform.text());
  json.end_array().end_object();
}

void write_metadata(JsonWriter& json, const Report& report, const std::string& image_ref) {
  json.key("metadata").begin_object();
  json.field("timestamp", format_utc(report.created));
  json.key("tools").begin_object().key("components").begin_array();
  json.begin_object().field("type", "application").field("name", "tallyman");
  json.field_if("version", report.tool_version).end_object();
  json.end_array().end_object();
  write_image(json, report.image, image_ref);
  json.key("properties").begin_array();
  write_property(json, "tallyman:assessed", report.assessment.assessed ? "true" : "false");
  for (const std::string& reason : report.assessment.reasons) {
    write_property(json, "tallyman:not-assessed", reason);
  }
  for (const Problem& problem : report.problems) {
    std::string path = problem.path.empty() ? "" : problem.path + ": ";
    write_property(json, "tallyman:problem", problem.code + ": " + path + problem.message);
  }
  write_property(json, "tallyman:index:digest", report.index.digest);
  json.end_array().end_object();
}

void write_distro(JsonWriter& json, const Distro& distro, const std::string& ref) {
  json.begin_object().field("type", "operating-system").field("bom-ref", ref);
  json.field("name", distro.id.empty() ? "unknown" : distro.id);
  json.field_if("version", distro.version_id);
  json.field_if("description", distro.pretty_name).end_object();
}

void write_package_properties(JsonWriter& json, const Package& package) {
  json.key("properties").begin_array();
  write_property(json, "tallyman:package:type", package.type);
  write_property(json, "tallyman:package:architecture", package.architecture);
  write_property(json, "tallyman:source:name", package.source_name);
  write_property(json, "tallyman:source:version", package.source_version);
  write_property(json, "tallyman:modularity", package.modularity);
  for (std::size_t i = 0; i < package.locations.size(); ++i) {
    std::string prefix = "tallyman:location:" + std::to_string(i);
    write_property(json, prefix + ":path", package.locations[i].path);
    write_property(json, prefix + ":layer", package.locations[i].layer.text());
  }
  json.end_array();
}

void write_package(JsonWriter& json, const Package& package, const std::string& purl,
                   const std::string& ref) {
  json.begin_object().field("type", "library").field("bom-ref", ref);
  if (!package.supplier.empty()) {
    json.key("supplier").begin_object().field("name", package.supplier).end_object();
  }
  json.field("name", package.name).field("version", package.version);
  if (!package.licence.empty()) {
    // By name: what a package database says is seldom an SPDX expression.
    json.key("licenses").begin_array().begin_object().key("license").begin_object();
    json.field("name", package.licence).end_object().end_object().end_array();
  }
  json.field("purl", purl);
  write_package_properties(json, package);
  json.end_object();
}

std::string_view method_of(std::string_view vector) {
  if (vector.starts_with("CVSS:4.")) return "CVSSv4";
  if (vector.starts_with("CVSS:3.1/")) return "CVSSv31";
  if (vector.starts_with("CVSS:3.0/")) return "CVSSv3";
  if (vector.starts_with("AV:") || vector.starts_with("(AV:")) return "CVSSv2";
  return "other";
}

void write_rating(JsonWriter& json, const Finding& finding) {
  json.key("ratings").begin_array().begin_object();
  if (!finding.cvss_vector.empty()) json.field("score", finding.cvss_score);
  bool negligible = finding.severity == Severity::negligible;  // CycloneDX calls it "info"
  json.field("severity", negligible ? "info" : to_string(finding.severity));
  if (!finding.cvss_vector.empty()) {
    json.field("method", method_of(finding.cvss_vector)).field("vector", finding.cvss_vector);
  }
  json.end_object().end_array();
}

void write_source(JsonWriter& json, const Finding& finding) {
  json.key("source").begin_object();
  json.field("name", finding.data_source.empty() ? finding.ecosystem : finding.data_source);
  json.end_object();
}

// Other names of the same vulnerability.
void write_aliases(JsonWriter& json, const Finding& finding) {
  if (finding.aliases.empty()) return;
  json.key("references").begin_array();
  for (const std::string& alias : finding.aliases) {
    json.begin_object().field("id", alias);
    write_source(json, finding);
    json.end_object();
  }
  json.end_array();
}

void write_range(JsonWriter& json, const Finding& finding) {
  json.key("properties").begin_array();
  write_property(json, "tallyman:fix-state", to_string(finding.state));
  write_property(json, "tallyman:match:ecosystem", finding.ecosystem);
  write_property(json, "tallyman:match:name", finding.matched_name);
  write_property(json, "tallyman:match:version", finding.matched_version);
  write_property(json, "tallyman:match:introduced", finding.introduced);
  write_property(json, "tallyman:match:fixed", finding.fixed_version);
  write_property(json, "tallyman:match:last-affected", finding.last_affected);
  json.end_array();
}

void write_affects(JsonWriter& json, const Package& package, const std::string& package_ref) {
  json.key("affects").begin_array().begin_object().field("ref", package_ref);
  json.key("versions").begin_array().begin_object();
  json.field("version", package.version).field("status", "affected");
  json.end_object().end_array().end_object().end_array();
}

void write_finding(JsonWriter& json, const Finding& finding, const Package& package,
                   const std::string& ref, const std::string& package_ref) {
  json.begin_object().field("bom-ref", ref).field("id", finding.display_id());
  write_source(json, finding);
  write_aliases(json, finding);
  write_rating(json, finding);
  json.field_if("description", finding.summary);
  if (finding.state == FixState::fixed) {
    json.field("recommendation", "Upgrade " + package.name + " to " + finding.fixed_version);
  }
  if (is_web_address(finding.url)) {
    json.key("advisories").begin_array().begin_object().field("url", finding.url);
    json.end_object().end_array();
  }
  if (finding.published != 0) json.field("published", format_utc(finding.published));
  if (finding.modified != 0) json.field("updated", format_utc(finding.modified));
  write_affects(json, package, package_ref);
  write_range(json, finding);
  json.end_object();
}

// The same image judged by the same index is the same document.
std::string serial_number(const Report& report) {
  const std::string& image =
      report.image.digest.empty() ? report.image.name : report.image.digest.text();
  return "urn:uuid:" + content_uuid(image + "\n" + report.index.digest);
}

// Returns the reference of every package.
std::vector<std::string> write_components(JsonWriter& json, const Inventory& inventory,
                                          References& references) {
  std::vector<std::string> refs;
  json.key("components").begin_array();
  if (inventory.distro) {
    const Distro& distro = *inventory.distro;
    write_distro(json, distro, references.unique("os:" + distro.id + "@" + distro.version_id));
  }
  for (const Package& package : inventory.packages) {
    std::string purl = package_url(package, inventory.distro.value_or(Distro()));
    refs.push_back(references.unique(purl));
    write_package(json, package, purl, refs.back());
  }
  json.end_array();
  return refs;
}

std::string render(const Report& report, const FormatOptions&) {
  References references;
  JsonWriter json(2);
  json.begin_object();
  json.field("bomFormat", "CycloneDX").field("specVersion", "1.6");
  json.field("serialNumber", serial_number(report)).field("version", 1);
  const Image& image = report.image;
  write_metadata(
      json, report,
      references.unique("image:" + (image.digest.empty() ? image.name : image.digest.text())));
  std::vector<std::string> refs = write_components(json, report.inventory, references);
  json.key("vulnerabilities").begin_array();
  for (const Finding& finding : report.findings) {
    const std::string& package_ref = refs[finding.package];
    write_finding(json, finding, report.inventory.packages[finding.package],
                  references.unique(finding.id + "/" + package_ref), package_ref);
  }
  json.end_array().end_object();
  return json.take() + "\n";
}

}  // namespace

extern const Format cyclonedx_json;
constinit const Format cyclonedx_json{"cyclonedx-json", "CycloneDX 1.6 SBOM with vulnerabilities",
                                      render};

}  // namespace tallyman::formats
