// Our own JSON: everything a report knows. Keys are always there and in this order; what is not
// known is null. A change of meaning or the loss of a key raises schema_version; new keys do not.
//
//   schema_version, tool{name, version}, created
//   assessed, reasons[]
//   image{source, name, digest, index_digest, config_digest, media_type, platform, created,
//     layers[{digest, diff_id, compressed_size, size, entries, bytes_read, from_cache, analysed,
//       created_by}]}                              base first; sizes in bytes
//   distro{id, id_like, version_id, version_codename, pretty_name} or null
//   packages[{type, name, version, architecture, source{name, version}, licence, supplier,
//     modularity, purl, locations[{path, layer, layer_index}]}]
//   vulnerabilities[{id, cve, aliases[], severity, cvss{score, vector} or null,
//     fix{state, version}, package{type, name, version, purl}, match{ecosystem, name, version,
//     introduced, fixed, last_affected}, source, summary, url, published, modified}]
//   problems[{code, path, message, incomplete}]
//   index{digest, newest_modified, records} or null
//   summary{critical, high, medium, low, negligible, unknown, fixable, packages, layers_read,
//     bytes_read}
//
// "cve" is the id that people know: the CVE when the record names exactly one, else "id".
// "source" of a package is what it was built from: itself when the database names nothing else.
// Times are RFC 3339 in UTC.

#include "base/json_writer.h"
#include "model/purl.h"
#include "report/format.h"
#include "report/summary.h"

namespace tallyman::formats {
namespace {

constexpr int kSchemaVersion = 1;

void text_or_null(JsonWriter& json, std::string_view key, std::string_view text) {
  json.key(key);
  if (text.empty()) {
    json.null();
  } else {
    json.value(text);
  }
}

void time_or_null(JsonWriter& json, std::string_view key, Microseconds time) {
  text_or_null(json, key, time == 0 ? std::string() : format_utc(time));
}

void write_texts(JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  json.key(key).begin_array();
  for (const std::string& text : texts) json.value(text);
  json.end_array();
}

void write_layer(JsonWriter& json, const LayerStats& layer, std::string_view created_by) {
  json.begin_object();
  text_or_null(json, "digest", layer.blob.text());
  text_or_null(json, "diff_id", layer.diff_id.text());
  json.field("compressed_size", layer.compressed_size);
  json.field("size", layer.size);
  json.field("entries", layer.entries);
  json.field("bytes_read", layer.bytes_read);
  json.field("from_cache", layer.from_cache);
  json.field("analysed", layer.analysed);
  text_or_null(json, "created_by", created_by);
  json.end_object();
}

void write_image(JsonWriter& json, const Report& report) {
  const Image& image = report.image;
  json.key("image").begin_object();
  text_or_null(json, "source", image.source);
  text_or_null(json, "name", image.name);
  text_or_null(json, "digest", image.digest.text());
  text_or_null(json, "index_digest", image.index_digest.text());
  text_or_null(json, "config_digest", image.config_digest.text());
  text_or_null(json, "media_type", image.manifest_media_type);
  text_or_null(json, "platform", image.platform.os.empty() ? "" : image.platform.text());
  text_or_null(json, "created", image.created);
  json.key("layers").begin_array();
  for (std::size_t i = 0; i < report.layers.size(); ++i) {
    write_layer(json, report.layers[i], i < image.layers.size() ? image.layers[i].created_by : "");
  }
  json.end_array().end_object();
}

void write_distro(JsonWriter& json, const std::optional<Distro>& distro) {
  json.key("distro");
  if (!distro) {
    json.null();
    return;
  }
  json.begin_object();
  text_or_null(json, "id", distro->id);
  text_or_null(json, "id_like", distro->id_like);
  text_or_null(json, "version_id", distro->version_id);
  text_or_null(json, "version_codename", distro->version_codename);
  text_or_null(json, "pretty_name", distro->pretty_name);
  json.end_object();
}

void write_package(JsonWriter& json, const Package& package, const std::string& purl) {
  json.begin_object();
  json.field("type", package.type).field("name", package.name).field("version", package.version);
  text_or_null(json, "architecture", package.architecture);
  json.key("source").begin_object();
  json.field("name", package.source_name.empty() ? package.name : package.source_name);
  json.field("version", package.source_version.empty() ? package.version : package.source_version);
  json.end_object();
  text_or_null(json, "licence", package.licence);
  text_or_null(json, "supplier", package.supplier);
  text_or_null(json, "modularity", package.modularity);
  json.field("purl", purl);
  json.key("locations").begin_array();
  for (const Location& location : package.locations) {
    json.begin_object().field("path", location.path);
    text_or_null(json, "layer", location.layer.text());
    json.field("layer_index", std::uint64_t{location.layer_index}).end_object();
  }
  json.end_array().end_object();
}

void write_cvss(JsonWriter& json, const Finding& finding) {
  json.key("cvss");
  if (finding.cvss_vector.empty()) {
    json.null();
    return;
  }
  json.begin_object();
  json.field("score", finding.cvss_score).field("vector", finding.cvss_vector);
  json.end_object();
}

void write_match(JsonWriter& json, const Finding& finding) {
  json.key("match").begin_object();
  json.field("ecosystem", finding.ecosystem);
  json.field("name", finding.matched_name).field("version", finding.matched_version);
  text_or_null(json, "introduced", finding.introduced);
  text_or_null(json, "fixed", finding.fixed_version);
  text_or_null(json, "last_affected", finding.last_affected);
  json.end_object();
}

void write_finding(JsonWriter& json, const Finding& finding, const Package& package,
                   const std::string& purl) {
  json.begin_object();
  json.field("id", finding.id).field("cve", finding.display_id());
  write_texts(json, "aliases", finding.aliases);
  json.field("severity", to_string(finding.severity));
  write_cvss(json, finding);
  json.key("fix").begin_object().field("state", to_string(finding.state));
  text_or_null(json, "version", finding.fixed_version);
  json.end_object();
  json.key("package").begin_object();
  json.field("type", package.type).field("name", package.name).field("version", package.version);
  json.field("purl", purl).end_object();
  write_match(json, finding);
  text_or_null(json, "source", finding.data_source);
  text_or_null(json, "summary", finding.summary);
  text_or_null(json, "url", finding.url);
  time_or_null(json, "published", finding.published);
  time_or_null(json, "modified", finding.modified);
  json.end_object();
}

void write_problems(JsonWriter& json, const std::vector<Problem>& problems) {
  json.key("problems").begin_array();
  for (const Problem& problem : problems) {
    json.begin_object().field("code", problem.code);
    text_or_null(json, "path", problem.path);
    json.field("message", problem.message).field("incomplete", problem.incomplete).end_object();
  }
  json.end_array();
}

void write_index(JsonWriter& json, const IndexInfo& index) {
  json.key("index");
  if (index.digest.empty()) {
    json.null();
    return;
  }
  json.begin_object().field("digest", index.digest);
  time_or_null(json, "newest_modified", index.newest_modified);
  json.field("records", index.records).end_object();
}

void write_summary(JsonWriter& json, const Report& report) {
  ReportSummary summary = summarise(report);
  json.key("summary").begin_object();
  for (Severity severity : kSeveritiesDown) {
    json.field(to_string(severity), std::uint64_t{summary.count(severity)});
  }
  json.field("fixable", std::uint64_t{summary.fixable});
  json.field("packages", std::uint64_t{report.inventory.packages.size()});
  json.field("layers_read", std::uint64_t{summary.layers_read});
  json.field("bytes_read", summary.bytes_read).end_object();
}

std::string render(const Report& report, const FormatOptions&) {
  const std::vector<Package>& packages = report.inventory.packages;
  std::vector<std::string> purls;
  for (const Package& package : packages) {
    purls.push_back(package_url(package, report.inventory.distro.value_or(Distro())));
  }
  JsonWriter json(2);
  json.begin_object().field("schema_version", kSchemaVersion);
  json.key("tool").begin_object().field("name", "tallyman").field("version", report.tool_version);
  json.end_object();
  time_or_null(json, "created", report.created);
  json.field("assessed", report.assessment.assessed);
  write_texts(json, "reasons", report.assessment.reasons);
  write_image(json, report);
  write_distro(json, report.inventory.distro);
  json.key("packages").begin_array();
  for (std::size_t i = 0; i < packages.size(); ++i) write_package(json, packages[i], purls[i]);
  json.end_array().key("vulnerabilities").begin_array();
  for (const Finding& finding : report.findings) {
    write_finding(json, finding, packages[finding.package], purls[finding.package]);
  }
  json.end_array();
  write_problems(json, report.problems);
  write_index(json, report.index);
  write_summary(json, report);
  json.end_object();
  return json.take() + "\n";
}

}  // namespace

extern const Format json;
constinit const Format json{"json", "everything, in our own documented form", render};

}  // namespace tallyman::formats
