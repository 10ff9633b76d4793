#pragma once
// `tallyman feed import PATH...` and `tallyman feed status`.

#include <filesystem>
#include <string>
#include <vector>

#include "cli/context.h"

namespace tallyman {

// Where the vulnerability index lives: one file in the data folder.
std::filesystem::path index_path(const CommandContext& context);

int run_feed_import(const std::vector<std::string>& paths, CommandContext& context);

struct FeedStatusFlags {
  std::string output;  // "text" or "json"
};
int run_feed_status(const FeedStatusFlags& flags, CommandContext& context);

}  // namespace tallyman
