#pragma once
// A report format turns a finished Report into text. One constant in one file of
// report/formats/; the list is generated (cmake/module.cmake).

#include <span>
#include <string>
#include <string_view>

#include "model/finding.h"

namespace tallyman {

struct FormatOptions {
  bool color = false;     // ANSI colours (a terminal, and NO_COLOR unset)
  std::size_t width = 0;  // columns of the terminal; 0: unlimited
};

struct Format {
  std::string_view id;           // "table", "json", "cyclonedx-json"
  std::string_view description;  // one line for --help
  // Deterministic: the same report and options give the same bytes.
  std::string (*render)(const Report& report, const FormatOptions& options);
};

namespace formats {
std::span<const Format* const> all();
}  // namespace formats

// The format with that id; nullptr if there is none.
const Format* find_format(std::string_view id);

}  // namespace tallyman
