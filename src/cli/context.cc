#include "cli/context.h"

#include <system_error>

#include "base/text.h"

namespace tallyman {
namespace {

Result<std::filesystem::path> folder(const Environment& environment, std::string_view own,
                                     std::string_view xdg, std::string_view under_home) {
  std::string chosen = environment.get_or_empty(own);
  if (!chosen.empty()) {
    std::error_code error;
    std::filesystem::path absolute = std::filesystem::absolute(chosen, error);
    return error ? std::filesystem::path(chosen) : absolute;
  }
  std::filesystem::path base = environment.get_or_empty(xdg);
  if (base.is_absolute()) return base / "tallyman";
  std::filesystem::path home = environment.get_or_empty("HOME");
  if (home.is_absolute()) return home / under_home / "tallyman";
  return fail(ErrorKind::invalid, "folder.unknown",
              "HOME is not set, so there is no folder to keep files in",
              "set HOME, or name a folder with " + std::string(own));
}

}  // namespace

Result<std::filesystem::path> data_folder(const Environment& environment) {
  return folder(environment, "TALLYMAN_DATA_DIR", "XDG_DATA_HOME", ".local/share");
}

Result<std::filesystem::path> cache_folder(const Environment& environment) {
  return folder(environment, "TALLYMAN_CACHE_DIR", "XDG_CACHE_HOME", ".cache");
}

std::optional<bool> parse_boolean(std::string_view text) {
  for (std::string_view yes : {"true", "yes", "1"}) {
    if (equals_ignoring_case(text, yes)) return true;
  }
  for (std::string_view no : {"false", "no", "0"}) {
    if (equals_ignoring_case(text, no)) return false;
  }
  return std::nullopt;
}

int exit_code(const Error& error) {
  return error.kind == ErrorKind::invalid ? kExitUsage : kExitFailure;
}

int report_error(const Error& error, CommandContext& context) {
  // Part by part: the line break that describe() puts before the hint is the only one wanted.
  context.err << describe({error.kind, printable(error.code), printable(error.context),
                           printable(error.hint)})
              << '\n';
  return exit_code(error);
}

int finish_output(int code, CommandContext& context) {
  context.out << std::flush;
  if (context.out || code != kExitDone) return code;
  return report_error({ErrorKind::internal, "output.failed", "writing to standard output",
                       "free some space, or write to another place"},
                      context);
}

}  // namespace tallyman
