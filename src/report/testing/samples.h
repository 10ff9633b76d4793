#pragma once
// For tests only: reports built by hand, and files with what each format makes of them.

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/file.h"
#include "report/format.h"

namespace tallyman::testing_support {

// Two layers, three packages, findings of several severities, one problem; assessed.
Report ordinary_report();
// The same image without a finding.
Report clean_report();
// No index, unknown distribution, one layer that could not be read.
Report unassessed_report();
// Every text that a stranger controls tries to break out.
Report hostile_report();

// `text` equals testdata/report/NAME byte for byte. With TALLYMAN_UPDATE_GOLDEN set the file is
// written instead.
inline void expect_golden(const std::string& name, const std::string& text) {
  std::filesystem::path path = std::filesystem::path(TALLYMAN_TESTDATA) / "report" / name;
  if (std::getenv("TALLYMAN_UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(make_folder(path.parent_path()).has_value());
    ASSERT_TRUE(write_file(path, as_bytes(text), Durability::rename_only).has_value());
    return;
  }
  Result<Bytes> wanted = read_file(path, 16 << 20);
  ASSERT_TRUE(wanted.has_value()) << describe(wanted.error());
  EXPECT_EQ(as_text(*wanted), text) << "set TALLYMAN_UPDATE_GOLDEN=1 to accept the new text";
}

inline std::string rendered(std::string_view format, const Report& report,
                            const FormatOptions& options = {}) {
  return find_format(format)->render(report, options);
}

}  // namespace tallyman::testing_support
