#pragma once
// Where `-o FORMAT=FILE` puts a report.

#include <filesystem>
#include <string_view>

#include "base/result.h"

namespace tallyman {

// A regular file, or one that is not there yet, gets the text as a whole or not at all; a link to
// one stays a link. Anything else (/dev/null, a terminal, a pipe) is written to and never replaced
// by a file of its name. Errors: those of file_error.
Result<void> write_output_file(const std::filesystem::path& file, std::string_view text);

}  // namespace tallyman
