#pragma once
// What every command runs in: streams, environment, folders, clock, and the few things that a
// test replaces. main.cc fills one from the process; commands touch nothing else.

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/environment.h"
#include "base/result.h"
#include "base/secret.h"
#include "http/client.h"
#include "store/registries.h"

namespace tallyman {

// Asks a registry whether it accepts a record and its password, before they are stored.
using RegistryValidator = std::function<Result<void>(const RegistryRecord&, const Secret&)>;

struct CommandContext {
  const Environment& environment;
  std::ostream& out;  // data
  std::ostream& err;  // everything else
  Clock& clock;
  int stdin_fd = 0;
  bool stdin_is_terminal = false;
  bool stdout_is_terminal = false;
  bool stderr_is_terminal = false;
  std::filesystem::path data_folder{};
  std::filesystem::path cache_folder{};
  std::function<std::unique_ptr<HttpClient>()> make_http{};
  RegistryValidator validate_registry{};
};

// What is kept: $TALLYMAN_DATA_DIR, else $XDG_DATA_HOME/tallyman, else ~/.local/share/tallyman.
// Empty variables count as unset, and a relative XDG one is ignored as its specification says.
// invalid "folder.unknown" when HOME is needed and not set.
Result<std::filesystem::path> data_folder(const Environment& environment);
// What may be lost: $TALLYMAN_CACHE_DIR, else $XDG_CACHE_HOME/tallyman, else ~/.cache/tallyman.
Result<std::filesystem::path> cache_folder(const Environment& environment);

// "true", "yes", "1" and "false", "no", "0" in any letter case; nullopt for anything else.
std::optional<bool> parse_boolean(std::string_view text);

inline constexpr int kExitDone = 0;
inline constexpr int kExitFailure = 1;
inline constexpr int kExitUsage = 3;

// Usage for what the caller got wrong (kind invalid), failure for the rest.
int exit_code(const Error& error);
// Prints the error as one paragraph, safe for a terminal; returns its exit code.
int report_error(const Error& error, CommandContext& context);
// The end of a command that returned `code`: a success whose output did not reach standard output
// (a full disk) is reported and becomes a failure.
int finish_output(int code, CommandContext& context);

}  // namespace tallyman
