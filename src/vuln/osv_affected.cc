#include "vuln/osv_affected.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "model/version_scheme.h"
#include "vuln/distro_ecosystem.h"
#include "vuln/osv_severity.h"

namespace tallyman {
namespace {

enum class EventKind { introduced, fixed, last_affected };

struct Event {
  EventKind kind;
  std::string_view version;
  std::size_t position = 0;  // in the feed's list
};

// Events count in version order (osv-schema, "Evaluation"), and a feed need not list them so.
// "0" comes before every version; events of one version stay as listed.
void sort_events(std::vector<Event>& events, const VersionScheme& scheme) {
  std::ranges::sort(events, [&](const Event& a, const Event& b) {
    if ((a.version == "0") != (b.version == "0")) return a.version == "0";
    std::weak_ordering order = scheme.compare(a.version, b.version);
    if (order != 0) return order < 0;
    return a.position < b.position;
  });
}

// An `introduced` inside an open range and an end outside of one change nothing.
void append_ranges(const std::vector<Event>& events, std::vector<AffectedRange>& ranges) {
  std::optional<AffectedRange> open;
  for (const Event& event : events) {
    if (event.kind == EventKind::introduced) {
      if (!open) open = AffectedRange{event.version, {}, {}};
      continue;
    }
    if (!open) continue;
    (event.kind == EventKind::fixed ? open->fixed : open->last_affected) = event.version;
    ranges.push_back(*open);
    open.reset();
  }
  if (open) ranges.push_back(*open);
}

class AffectedReader {
 public:
  AffectedReader(const OsvLimits& limits, OsvDocument& into) : limits_(limits), into_(into) {}

  void read(const JsonElement& affected) {
    OsvAffected entry;
    json_member(affected, "package", [&](const JsonElement& package) {
      entry.ecosystem = bounded(json_text(package, "ecosystem"));
      entry.name = bounded(json_text(package, "name"));
    });
    if (entry.ecosystem.empty() || entry.name.empty()) return;
    scheme_ = find_version_scheme(version_scheme_of(entry.ecosystem));
    json_items(affected, "ranges", [&](const JsonElement& range) { read_range(range, entry); });
    json_items(affected, "versions", [&](const JsonElement& version) {
      if (std::string_view text = bounded(json_text(version)); !text.empty()) {
        entry.versions.push_back(text);
      }
    });
    if (entry.ranges.empty() && entry.versions.empty()) return;
    json_member(affected, "ecosystem_specific", [&](const JsonElement& specific) {
      entry.module = bounded(json_text(specific, "module"));
    });
    OsvSeverity severity = affected_severity(affected);
    entry.severity = severity.severity;
    if (into_.cvss_vector.empty()) {
      into_.cvss_vector = severity.cvss_vector;
      into_.cvss_score = severity.cvss_score;
    }
    into_.affected.push_back(std::move(entry));
  }

  Result<void> status() const {
    if (too_long_ == 0) return {};
    return fail(
        ErrorKind::too_large, "feed.too_large",
        fmt::format("a name or version of {} bytes, more than {}", too_long_, limits_.text_bytes));
  }

 private:
  std::string_view bounded(std::string_view text) {
    if (text.size() <= limits_.text_bytes) return text;
    too_long_ = text.size();
    return {};
  }

  void read_range(const JsonElement& range, OsvAffected& entry) {
    if (json_text(range, "type") == "GIT") return;
    events_.clear();
    json_items(range, "events", [&](const JsonElement& event) {
      add_event(event, "introduced", EventKind::introduced);
      add_event(event, "fixed", EventKind::fixed);
      add_event(event, "last_affected", EventKind::last_affected);
    });
    // The common pair is in order already.
    bool pair = events_.size() == 2 && events_.front().kind == EventKind::introduced;
    if (scheme_ != nullptr && !pair) sort_events(events_, *scheme_);
    append_ranges(events_, entry.ranges);
  }

  void add_event(const JsonElement& event, std::string_view key, EventKind kind) {
    std::string_view version = bounded(json_text(event, key));
    if (!version.empty()) events_.push_back({kind, version, events_.size()});
  }

  const OsvLimits& limits_;
  OsvDocument& into_;
  const VersionScheme* scheme_ = nullptr;
  std::vector<Event> events_;
  std::size_t too_long_ = 0;  // bytes of a text beyond the limit
};

}  // namespace

Result<void> read_affected(const JsonElement& document, const OsvLimits& limits,
                           OsvDocument& into) {
  AffectedReader reader(limits, into);
  json_items(document, "affected", [&](const JsonElement& affected) { reader.read(affected); });
  return reader.status();
}

}  // namespace tallyman
