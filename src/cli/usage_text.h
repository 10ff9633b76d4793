#pragma once
// What the command line parser says about a mistake, made fit to be shown.

#include <string>
#include <string_view>

namespace tallyman {

// CLI11's message without the value that it could not convert ("--password-stdin=hunter2"), which
// may be a password; safe for a terminal.
std::string usage_text(std::string_view message);

// For CLI::Option::check on flags that may be followed by "=true" or "=false": "" when `text` is a
// boolean, else what to write. Unchecked, CLI11 throws what is no ParseError at other values.
std::string check_boolean(const std::string& text);

}  // namespace tallyman
