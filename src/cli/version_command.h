#pragma once
// `tallyman version`, `version compare SCHEME A B`, `version check FILE.tsv`.

#include <string>

#include "cli/context.h"

namespace tallyman {

// The version of this program, as every report carries it.
std::string program_version();

int run_version(CommandContext& context);
// Prints "<", "=" or ">". An unknown scheme is a usage error that lists the known ones.
int run_version_compare(const std::string& scheme, const std::string& a, const std::string& b,
                        CommandContext& context);
// Prints the rows that do not hold; 1 if there are any.
int run_version_check(const std::string& file, CommandContext& context);

}  // namespace tallyman
