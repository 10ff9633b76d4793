// For people at a terminal. Lines, in this order:
//
//   NOT ASSESSED: REASON            one a reason, when the result may not be relied on
//   NAME  INSTALLED  FIXED-IN ...   the findings, or "No vulnerabilities found"
//   N vulnerabilities (...)         summary
//   problem CODE: PATH: MESSAGE     one a problem
//
// Every text of the image or of a feed goes through printable(): an escape sequence in a package
// name must not reach the terminal.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <numeric>
#include <vector>

#include "base/text.h"
#include "report/format.h"
#include "report/summary.h"

namespace tallyman::formats {
namespace {

constexpr std::size_t kColumns = 6;
constexpr std::size_t kSeverityColumn = 5;
constexpr std::size_t kGap = 2;        // spaces between columns
constexpr std::size_t kNarrowest = 9;  // no column is cut to fewer
constexpr std::string_view kEllipsis = "…";

using Row = std::array<std::string, kColumns>;
using Widths = std::array<std::size_t, kColumns>;

const Row& header() {
  static const Row kRow = {"NAME", "INSTALLED", "FIXED-IN", "TYPE", "VULNERABILITY", "SEVERITY"};
  return kRow;
}

// Characters, which is what a terminal shows of text without wide or combining ones.
std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string cut_to(const std::string& text, std::size_t width) {
  if (display_width(text) <= width) return text;
  std::size_t end = 0;
  for (std::size_t left = width - 1; left > 0; --left) {
    end += std::max<std::size_t>(1, utf8_length(std::string_view(text).substr(end)));
  }
  return text.substr(0, end) + std::string(kEllipsis);
}

std::string fixed_in(const Finding& finding) {
  switch (finding.state) {
    case FixState::fixed:
      return printable(finding.fixed_version);
    case FixState::not_fixed:
      return "(not fixed)";
    case FixState::unknown:
      return "";
  }
  return "";
}

Row to_row(const Report& report, const Finding& finding) {
  const Package& package = report.inventory.packages[finding.package];
  return {printable(package.name),
          printable(package.version),
          fixed_in(finding),
          printable(package.type),
          printable(finding.display_id()),
          std::string(to_string(finding.severity))};
}

// The width of every column; when the terminal is narrower than all of them together, the widest
// one gives, again and again.
Widths column_widths(const std::vector<Row>& rows, std::size_t terminal) {
  Widths widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < kColumns; ++i) {
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  std::size_t total = std::accumulate(widths.begin(), widths.end(), (kColumns - 1) * kGap);
  while (terminal != 0 && total > terminal) {
    std::size_t& widest = *std::ranges::max_element(widths);
    if (widest <= kNarrowest) break;
    --widest;
    --total;
  }
  return widths;
}

std::string_view color_of(Severity severity) {
  switch (severity) {
    case Severity::critical:
      return "\x1b[1;31m";
    case Severity::high:
      return "\x1b[31m";
    case Severity::medium:
      return "\x1b[33m";
    case Severity::low:
      return "\x1b[36m";
    case Severity::negligible:
      return "\x1b[2m";
    case Severity::unknown:
      return "";
  }
  return "";
}

void append_row(std::string& out, const Row& row, const Widths& widths, std::string_view color) {
  std::string line;
  for (std::size_t i = 0; i < kColumns; ++i) {
    std::string cell = cut_to(row[i], widths[i]);
    std::size_t padding = widths[i] - display_width(cell) + kGap;
    bool colored = i == kSeverityColumn && !color.empty();
    line += colored ? std::string(color) + cell + "\x1b[0m" : cell;
    if (i + 1 < kColumns) line.append(padding, ' ');
  }
  out += line + "\n";
}

void append_findings(std::string& out, const Report& report, const FormatOptions& options) {
  std::vector<Row> rows = {header()};
  for (const Finding& finding : report.findings) rows.push_back(to_row(report, finding));
  Widths widths = column_widths(rows, options.width);
  append_row(out, rows[0], widths, "");
  for (std::size_t i = 0; i < report.findings.size(); ++i) {
    append_row(out, rows[i + 1], widths,
               options.color ? color_of(report.findings[i].severity) : "");
  }
}

// "3 vulnerabilities (1 critical, 2 low), 1 fixable, in 2 packages"
std::string summary_line(const Report& report) {
  ReportSummary summary = summarise(report);
  std::string by_severity;
  for (Severity severity : kSeveritiesDown) {
    if (summary.count(severity) == 0) continue;
    if (!by_severity.empty()) by_severity += ", ";
    by_severity += fmt::format("{} {}", summary.count(severity), to_string(severity));
  }
  return fmt::format("{} vulnerabilit{} ({}), {} fixable, in {} package{}\n",
                     report.findings.size(), report.findings.size() == 1 ? "y" : "ies", by_severity,
                     summary.fixable, summary.affected_packages,
                     summary.affected_packages == 1 ? "" : "s");
}

void append_assessment(std::string& out, const Assessment& assessment) {
  if (assessment.assessed) return;
  if (assessment.reasons.empty()) out += "NOT ASSESSED: no reason was recorded\n";
  for (const std::string& reason : assessment.reasons) {
    out += "NOT ASSESSED: " + printable(reason) + "\n";
  }
}

void append_problem(std::string& out, const Problem& problem) {
  out += "problem " + printable(problem.code) + ": ";
  if (!problem.path.empty()) out += printable(problem.path) + ": ";
  out += printable(problem.message);
  out += problem.incomplete ? " (packages may be missing)\n" : "\n";
}

std::string render(const Report& report, const FormatOptions& options) {
  std::string out;
  append_assessment(out, report.assessment);
  if (!report.findings.empty()) {
    if (!out.empty()) out += "\n";
    append_findings(out, report, options);
    out += "\n" + summary_line(report);
  } else if (report.assessment.assessed) {
    out += "No vulnerabilities found\n";
  }
  if (!report.problems.empty()) out += "\n";
  for (const Problem& problem : report.problems) append_problem(out, problem);
  return out;
}

}  // namespace

extern const Format table;
constinit const Format table{"table", "columns for people (the default)", render};

}  // namespace tallyman::formats
