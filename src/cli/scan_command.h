#pragma once
// `tallyman scan IMAGE`: resolves, reads, matches, reports, judges.

#include <string>
#include <vector>

#include "cli/context.h"

namespace tallyman {

struct ScanFlags {
  std::string image;
  std::vector<std::string> outputs;  // FORMAT or FORMAT=FILE; empty: table
  std::string platform;
  std::string fail_on;  // severity; empty: no threshold
  std::string ca_file;
  bool plain_http = false;
  bool insecure_skip_tls_verify = false;
  bool allow_private_addresses = false;
  bool no_cache = false;
  bool quiet = false;
  std::size_t parallelism = 0;
};

// Exit code when --fail-on was reached.
inline constexpr int kExitThreshold = 2;

// Returns the exit code: 0 assessed and below the threshold, 1 failed or not assessed, 2 the
// threshold was reached, 3 the flags make no sense.
int run_scan(const ScanFlags& flags, CommandContext& context);

}  // namespace tallyman
