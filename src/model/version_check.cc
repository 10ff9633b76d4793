#include "model/version_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <compare>

#include "base/text.h"
#include "model/version_scheme.h"

namespace tallyman {
namespace {

constexpr std::size_t kColumns = 4;
constexpr std::size_t kShown = 100;  // bytes of a table's text that an error repeats

std::string shown(std::string_view text) { return printable(text.substr(0, kShown)); }

std::string_view sign(std::weak_ordering order) {
  if (order < 0) return "<";
  return order > 0 ? ">" : "=";
}

bool is_operator(std::string_view op) {
  return op == "<" || op == "<=" || op == "=" || op == ">=" || op == ">";
}

// "<=" holds for "<" and "=", and so on: the operator's text says which signs satisfy it.
bool holds(std::string_view op, std::string_view actual) {
  return op.find(actual) != std::string_view::npos;
}

std::unexpected<Error> unknown_scheme(std::string_view scheme) {
  std::string known;
  for (const VersionScheme* each : version::all()) {
    known += (known.empty() ? "" : ", ") + std::string(each->id);
  }
  return fail(ErrorKind::invalid, "version.unknown_scheme",
              fmt::format("no version scheme is called \"{}\"", shown(scheme)),
              "the schemes are: " + known);
}

Result<void> check_row(std::string_view row, std::size_t line, VersionCheck& check) {
  std::vector<std::string_view> cells = split(row, '\t');
  if (cells.size() < kColumns) {
    return fail(ErrorKind::invalid, "version.malformed_row",
                fmt::format("{} columns where at least {} are needed", cells.size(), kColumns));
  }
  std::string_view op = cells[2];
  if (!is_operator(op)) {
    return fail(ErrorKind::invalid, "version.unknown_operator",
                fmt::format("\"{}\" is none of < <= = >= >", shown(op)));
  }
  std::string_view actual = TRY(compare_versions(cells[0], cells[1], cells[3]));
  ++check.rows;
  if (!holds(op, actual)) {
    check.mismatches.push_back({line, std::string(cells[0]), std::string(cells[1]), std::string(op),
                                std::string(cells[3]), actual});
  }
  return {};
}

// Files from Windows end their lines with a carriage return too.
std::string_view without_return(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool is_header(std::string_view line) {
  std::string_view row = without_return(line);
  constexpr std::string_view kHeader = "scheme\ta\top\tb";
  return row == kHeader || row.starts_with(std::string(kHeader) + "\t");
}

Result<void> check_bounds(std::string_view tsv) {
  if (tsv.size() > kVersionTableBytes) {
    return fail(
        ErrorKind::too_large, "version.too_large",
        fmt::format("a table of {} bytes; at most {} are read", tsv.size(), kVersionTableBytes));
  }
  if (static_cast<std::size_t>(std::ranges::count(tsv, '\n')) > kVersionTableLines) {
    return fail(ErrorKind::too_large, "version.too_large",
                fmt::format("a table of more than {} lines", kVersionTableLines));
  }
  return {};
}

}  // namespace

Result<std::string_view> compare_versions(std::string_view scheme, std::string_view a,
                                          std::string_view b) {
  const VersionScheme* found = find_version_scheme(scheme);
  if (found == nullptr) return unknown_scheme(scheme);
  return sign(found->compare(a, b));
}

Result<VersionCheck> check_versions(std::string_view tsv) {
  TRY(check_bounds(tsv));
  std::vector<std::string_view> lines = split(tsv, '\n');
  if (!is_header(lines[0])) {
    return fail(ErrorKind::invalid, "version.no_header",
                "the first line is not \"scheme\", \"a\", \"op\", \"b\" with tabs between",
                "add that header line; rows look like \"deb 1.0 < 1.1\"");
  }
  VersionCheck check;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    std::string_view row = without_return(lines[i]);
    if (row.empty()) continue;
    Result<void> judged = check_row(row, i + 1, check);
    if (!judged) {
      check.errors.push_back(with_context(judged.error(), fmt::format("line {}", i + 1)));
    }
  }
  return check;
}

}  // namespace tallyman
