#include "vuln/osv.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "vuln/osv_affected.h"
#include "vuln/osv_ids.h"
#include "vuln/osv_json.h"
#include "vuln/osv_severity.h"
#include "vuln/rfc3339.h"

namespace tallyman {
namespace {

constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kSummaryBytes = 240;
constexpr std::size_t kUrlBytes = 2048;

Microseconds time_of(const JsonElement& document, std::string_view key) {
  return std::max<Microseconds>(0, parse_rfc3339(json_text(document, key)).value_or(0));
}

// The first non-empty line, its control characters as spaces, cut at a word.
std::string one_line(std::string_view text) {
  text = trim(text);
  std::string_view line = trim(text.substr(0, text.find('\n')));
  bool whole = line.size() <= kSummaryBytes;
  std::string out(line.substr(0, kSummaryBytes));
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  if (whole) return out;
  std::size_t space = out.rfind(' ');
  if (space != std::string::npos && space > kSummaryBytes / 2) out.resize(space);
  while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xC0) == 0x80) out.pop_back();
  if (!out.empty() && static_cast<unsigned char>(out.back()) >= 0xC0) out.pop_back();
  return out + "...";
}

std::string summary_of(const JsonElement& document) {
  std::string summary = one_line(json_text(document, "summary"));
  return summary.empty() ? one_line(json_text(document, "details")) : summary;
}

// The first reference of the kind that explains most.
std::string_view url_of(const JsonElement& document) {
  constexpr auto kOrder = std::to_array<std::string_view>({"ADVISORY", "REPORT", "WEB"});
  std::array<std::string_view, kOrder.size()> first;
  json_items(document, "references", [&](const JsonElement& reference) {
    std::string_view url = json_text(reference, "url");
    if (url.size() > kUrlBytes) return;
    std::string_view type = json_text(reference, "type");
    for (std::size_t i = 0; i < kOrder.size(); ++i) {
      if (type == kOrder[i] && first[i].empty()) first[i] = url;
    }
  });
  for (std::string_view url : first) {
    if (!url.empty()) return url;
  }
  return {};
}

std::unexpected<Error> malformed(std::string what) {
  return fail(ErrorKind::corrupt, "feed.malformed", std::move(what));
}

}  // namespace

struct OsvParser::State {
  explicit State(const OsvLimits& limits_in) : limits(limits_in) {}
  Result<void> read(const JsonElement& root);
  Result<void> check_aliases() const;

  OsvLimits limits;
  simdjson::dom::parser parser;
  OsvDocument document;
};

OsvParser::OsvParser(const OsvLimits& limits) : state_(std::make_unique<State>(limits)) {}
OsvParser::~OsvParser() = default;
OsvParser::OsvParser(OsvParser&&) noexcept = default;

Result<const OsvDocument*> OsvParser::parse(Bytes& bytes) {
  std::size_t length = bytes.size();
  if (length > state_->limits.document_bytes) {
    return fail(
        ErrorKind::too_large, "feed.too_large",
        fmt::format("a document of {} bytes, more than {}", length, state_->limits.document_bytes));
  }
  bytes.resize(length + simdjson::SIMDJSON_PADDING);
  if (state_->parser.max_depth() != kMaxDepth) {
    if (auto error = state_->parser.allocate(length, kMaxDepth); error != simdjson::SUCCESS) {
      return fail(ErrorKind::internal, "memory.exhausted", simdjson::error_message(error));
    }
  }
  simdjson::dom::element root;
  auto error = state_->parser.parse(bytes.data(), length, false).get(root);
  if (error != simdjson::SUCCESS) return malformed(simdjson::error_message(error));
  if (!root.is_object()) return malformed("not a JSON object");
  TRY(state_->read(root));
  return &state_->document;
}

Result<void> OsvParser::State::read(const JsonElement& root) {
  document = {};
  document.id = json_text(root, "id");
  if (document.id.empty()) return malformed("not an OSV record: it has no id");
  document.modified = time_of(root, "modified");
  document.published = time_of(root, "published");
  document.withdrawn = !json_text(root, "withdrawn").empty();
  document.aliases = collect_aliases(document.id, root);
  TRY(check_aliases());
  bool names_cve = std::ranges::any_of(
      document.aliases, [](std::string_view alias) { return !cve_of(alias).empty(); });
  document.errata_only = is_errata(document.id) && !names_cve;
  document.summary = summary_of(root);
  document.url = url_of(root);
  OsvSeverity severity = document_severity(root);
  document.severity = severity.severity;
  document.cvss_score = severity.cvss_score;
  document.cvss_vector = severity.cvss_vector;
  return read_affected(root, limits, document);
}

Result<void> OsvParser::State::check_aliases() const {
  std::size_t longest = document.id.size();
  for (std::string_view alias : document.aliases) longest = std::max(longest, alias.size());
  if (longest > limits.text_bytes) {
    return fail(ErrorKind::too_large, "feed.too_large",
                fmt::format("an id of {} bytes, more than {}", longest, limits.text_bytes));
  }
  if (document.aliases.size() > limits.aliases) {
    return fail(ErrorKind::too_large, "feed.too_large",
                fmt::format("{} aliases, more than {}", document.aliases.size(), limits.aliases));
  }
  return {};
}

}  // namespace tallyman
