#pragma once
// For tests only: tab-separated tables, and what every version scheme must satisfy.

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/text.h"
#include "model/version_check.h"
#include "model/version_scheme.h"

namespace tallyman::testing_support {

// The rows below the header, each as its cells. Throws when the file cannot be read.
inline std::vector<std::vector<std::string>> read_table(const std::filesystem::path& path) {
  Bytes bytes = read_file(path, 64 << 20).value();
  std::vector<std::vector<std::string>> rows;
  for (std::string_view line : split(as_text(bytes), '\n')) {
    if (line.empty()) continue;
    std::vector<std::string> cells;
    for (std::string_view cell : split(line, '\t')) cells.emplace_back(cell);
    rows.push_back(std::move(cells));
  }
  rows.erase(rows.begin());
  return rows;
}

struct VersionRow {
  std::string_view a;
  std::string_view op;  // "<" or "="
  std::string_view b;
};

// Every row holds, and so does its mirror image.
inline void expect_rows(std::string_view scheme, const std::vector<VersionRow>& rows) {
  for (const VersionRow& row : rows) {
    EXPECT_EQ(compare_versions(scheme, row.a, row.b).value(), row.op) << row.a << " ? " << row.b;
    EXPECT_EQ(compare_versions(scheme, row.b, row.a).value(), row.op == "<" ? ">" : "=")
        << row.b << " ? " << row.a;
  }
}

// Every row of a shared table holds; at least `least` of them.
inline void expect_table(const std::filesystem::path& path, std::size_t least) {
  Bytes bytes = read_file(path, kVersionTableBytes).value();
  VersionCheck check = check_versions(as_text(bytes)).value();
  EXPECT_GE(check.rows, least);
  for (const VersionMismatch& row : check.mismatches) {
    ADD_FAILURE() << "line " << row.line << ": " << row.a << " " << row.op << " " << row.b
                  << " but it is " << row.actual;
  }
  for (const Error& error : check.errors) ADD_FAILURE() << describe(error);
}

inline std::string random_version(std::mt19937& random,
                                  const std::vector<std::string_view>& pieces) {
  std::string text;
  for (std::size_t left = random() % 7; left > 0; --left) text += pieces[random() % pieces.size()];
  return text;
}

// Antisymmetry and transitivity over random texts made of `pieces`, with a fixed seed. Few and
// short texts, so that equal and nearly equal ones meet often.
inline void expect_total_order(std::string_view scheme_id,
                               const std::vector<std::string_view>& pieces) {
  const VersionScheme& scheme = *find_version_scheme(scheme_id);
  std::mt19937 random(20261124);
  for (int round = 0; round < 30'000; ++round) {
    std::array<std::string, 3> v;
    for (std::string& text : v) text = random_version(random, pieces);
    ASSERT_TRUE(scheme.compare(v[0], v[0]) == 0) << v[0];
    ASSERT_EQ(scheme.compare(v[0], v[1]) < 0, scheme.compare(v[1], v[0]) > 0)
        << v[0] << " " << v[1];
    if (scheme.compare(v[0], v[1]) <= 0 && scheme.compare(v[1], v[2]) <= 0) {
      ASSERT_TRUE(scheme.compare(v[0], v[2]) <= 0) << v[0] << " | " << v[1] << " | " << v[2];
    }
  }
}

// Long runs of one piece compare at once: neither overflow nor quadratic time.
inline void expect_linear(std::string_view scheme_id, const std::vector<std::string_view>& pieces) {
  const VersionScheme& scheme = *find_version_scheme(scheme_id);
  for (std::string_view piece : pieces) {
    std::string text;
    while (text.size() < 100'000) text += piece;
    std::string other = text + "1";
    EXPECT_TRUE(scheme.compare(text, text) == 0) << piece;
    EXPECT_EQ(scheme.compare(text, other) < 0, scheme.compare(other, text) > 0) << piece;
  }
}

}  // namespace tallyman::testing_support
