// The command line: flags in, one function of a *_command.h called, its exit code out.

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <iostream>
#include <string>
#include <vector>

#include "base/environment.h"
#include "cli/context.h"
#include "cli/feed_command.h"
#include "cli/registry_command.h"
#include "cli/scan_command.h"
#include "cli/usage_text.h"
#include "cli/version_command.h"
#include "http/client.h"

namespace tallyman {
namespace {

// A command's exit code once it has run.
using ExitCode = std::optional<int>;

// Secrets pass through this process: no core dump may hold them.
void forbid_core_dumps() {
  struct rlimit none{};
  ::setrlimit(RLIMIT_CORE, &none);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // the leak checker must attach
  ::prctl(PR_SET_DUMPABLE, 0);
#endif
}

void add_scan(CLI::App& app, ScanFlags& flags, CommandContext& context, ExitCode& code) {
  CLI::App* scan =
      app.add_subcommand("scan", "List what is inside an image and what is vulnerable");
  scan->add_option("image", flags.image,
                   "NAME[:TAG][@DIGEST], registry:NAME, oci-dir:PATH[:TAG] or dir:PATH")
      ->required();
  scan->add_option("-o,--output", flags.outputs,
                   "table, json or cyclonedx-json; FORMAT=FILE writes a file; repeatable")
      ->expected(1)
      ->envname("TALLYMAN_OUTPUT")
      ->take_all();
  scan->add_option("--platform", flags.platform,
                   "OS/ARCH[/VARIANT] to pick from a multi-platform image")
      ->envname("TALLYMAN_PLATFORM");
  scan->add_option("--fail-on", flags.fail_on,
                   "exit 2 when a vulnerability of this severity or above is found")
      ->envname("TALLYMAN_FAIL_ON");
  scan->add_option("--ca-file", flags.ca_file,
                   "PEM file of the authorities to trust, instead of the system's")
      ->envname("TALLYMAN_CA_FILE");
  scan->add_flag("--insecure-skip-tls-verify", flags.insecure_skip_tls_verify,
                 "do not check the registry's certificate");
  scan->add_flag("--plain-http", flags.plain_http, "talk to the registry without TLS");
  scan->add_flag("--allow-private-addresses", flags.allow_private_addresses,
                 "let token servers and redirects lead to private addresses");
  scan->add_flag("--no-cache", flags.no_cache, "neither use nor keep facts about layers");
  scan->add_option("--parallelism", flags.parallelism,
                   "layers read at once (default: one per processor)")
      ->envname("TALLYMAN_PARALLELISM");
  scan->add_flag("-q,--quiet", flags.quiet, "no progress");
  scan->footer(
      "Examples:\n"
      "  tallyman scan debian:12\n"
      "  tallyman registry.example.com/team/app:1.0 --fail-on high\n"
      "  tallyman scan team/app:1.0 -o table -o cyclonedx-json=sbom.json\n"
      "Exit codes: 0 done, 1 failed or not assessed, 2 threshold reached, 3 usage");
  scan->callback([&] { code = run_scan(flags, context); });
}

using RegistryFunction = int (*)(const RegistryFlags&, CommandContext&);

CLI::App* add_registry_command(CLI::App& registry, const char* name, const char* description,
                               RegistryFlags& flags, CommandContext& context, ExitCode& code,
                               RegistryFunction run) {
  CLI::App* command = registry.add_subcommand(name, description);
  command->add_option("-o,--output", flags.output, "text, json, json-raw or id");
  // What is left over is usually a password in the wrong place: it must not be echoed, as the
  // parser's own message would.
  command->allow_extras();
  command->callback([&flags, &context, &code, command, run] {
    flags.extra_positionals = command->remaining();
    code = run(flags, context);
  });
  return command;
}

void add_record_flags(CLI::App* command, RegistryFlags& flags) {
  command->add_option("--username", flags.username, "user, robot or key name");
  command->add_option("--type", flags.type, "docker_v2");
  command->add_option("--name", flags.name, "name for people");
  command->add_option("--ca-file", flags.ca_file, "PEM file of the authorities to trust");
  command->add_flag("--password-stdin", flags.password_stdin,
                    "read the password from standard input");
  command
      ->add_flag_function(
          "--secure-connection,--secure-conection",
          [&flags](std::int64_t count) { flags.secure_connection = count > 0; },
          "check the registry's certificate (default true)")
      ->check(check_boolean);
  command
      ->add_flag_function(
          "--validate", [&flags](std::int64_t count) { flags.validate = count > 0; },
          "try the credential before it is stored (default true)")
      ->check(check_boolean);
  command->footer(
      "The password comes from $TALLYMAN_REGISTRY_PASSWORD, --password-stdin or a prompt, never\n"
      "from the command line.\n"
      "Example:\n"
      "  TALLYMAN_REGISTRY_PASSWORD=... tallyman registry add registry.example.com --username ann");
}

void add_registry(CLI::App& app, RegistryFlags& flags, CommandContext& context, ExitCode& code) {
  CLI::App* registry = app.add_subcommand("registry", "Stored credentials for registries");
  registry->require_subcommand(1);
  auto add = [&](const char* name, const char* description, RegistryFunction run, bool named) {
    CLI::App* command =
        add_registry_command(*registry, name, description, flags, context, code, run);
    if (named) {
      command->add_option("registry", flags.registry, "HOST[:PORT][/PATH][*]")->required();
    }
    return command;
  };
  add_record_flags(add("add", "Store a credential", registry_add, true), flags);
  add_record_flags(add("update", "Change a stored credential", registry_update, true), flags);
  add("list", "List what is stored, never a password", registry_list, false)->alias("ls");
  add("get", "Show one record, never its password", registry_get, true);
  add("delete", "Forget a credential", registry_delete, true)->alias("del")->alias("rm");
}

struct FeedFlags {
  std::vector<std::string> paths;
  FeedStatusFlags status;
};

void add_feed(CLI::App& app, FeedFlags& flags, CommandContext& context, ExitCode& code) {
  CLI::App* feed = app.add_subcommand("feed", "Vulnerability data");
  feed->require_subcommand(1);
  CLI::App* import =
      feed->add_subcommand("import", "Build the index from OSV zips, folders and files");
  import->add_option("paths", flags.paths, "OSV all.zip files, folders of them, or JSON documents")
      ->required();
  import->footer("The new index replaces the old one as a whole, and only if it could be built.");
  import->callback([&] { code = run_feed_import(flags.paths, context); });
  CLI::App* status = feed->add_subcommand("status", "Show what the index covers");
  status->add_option("-o,--output", flags.status.output, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  status->callback([&] { code = run_feed_status(flags.status, context); });
}

struct VersionFlags {
  std::string scheme;
  std::string a;
  std::string b;
  std::string file;
};

void add_version(CLI::App& app, VersionFlags& flags, CommandContext& context, ExitCode& code) {
  CLI::App* version = app.add_subcommand("version", "Show the version; compare package versions");
  CLI::App* compare =
      version->add_subcommand("compare", "Print <, = or > for two package versions");
  compare->add_option("scheme", flags.scheme, "deb, apk or rpm")->required();
  compare->add_option("a", flags.a)->required();
  compare->add_option("b", flags.b)->required();
  compare->callback([&] { code = run_version_compare(flags.scheme, flags.a, flags.b, context); });
  CLI::App* check =
      version->add_subcommand("check", "Check a table of comparisons: scheme, a, op, b");
  check->add_option("file", flags.file, "tab-separated file with a header line")->required();
  check->callback([&] { code = run_version_check(flags.file, context); });
  version->callback([&, version] {
    if (version->get_subcommands().empty()) code = run_version(context);
  });
}

// "tallyman IMAGE ..." is "tallyman scan IMAGE ...".
std::vector<std::string> with_default_command(int argc, char** argv) {
  constexpr std::array<std::string_view, 8> kKnown = {"scan",   "registry", "feed", "version",
                                                      "--help", "-h",       "help", "--version"};
  std::vector<std::string> arguments(argv + 1, argv + argc);
  bool known =
      arguments.empty() || std::find(kKnown.begin(), kKnown.end(), arguments[0]) != kKnown.end();
  if (!known) arguments.insert(arguments.begin(), "scan");
  if (!arguments.empty() && arguments[0] == "help") arguments[0] = "--help";
  if (!arguments.empty() && arguments[0] == "--version") arguments[0] = "version";
  return arguments;
}

int parse_and_run(CLI::App& app, std::vector<std::string> arguments, const ExitCode& code,
                  CommandContext& context) {
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    context.out << app.help();
    return kExitDone;
  } catch (const CLI::ExtrasError&) {
    // Not what it was: who puts a password on the command line must not see it again in a log.
    context.err << "error usage: an argument that is not expected (it is not shown here, as it may "
                   "be a password)\n  hint: tallyman COMMAND --help lists what there is\n";
    return kExitUsage;
  } catch (const CLI::ParseError& error) {
    context.err << "error usage: " << usage_text(error.what())
                << "\n  hint: tallyman --help, or tallyman COMMAND --help\n";
    return kExitUsage;
  }
  return code.value_or(kExitUsage);
}

int run(int argc, char** argv) {
  Environment environment = Environment::from_process();
  CommandContext context{.environment = environment,
                         .out = std::cout,
                         .err = std::cerr,
                         .clock = system_clock(),
                         .stdin_fd = STDIN_FILENO,
                         .stdin_is_terminal = ::isatty(STDIN_FILENO) == 1,
                         .stdout_is_terminal = ::isatty(STDOUT_FILENO) == 1,
                         .stderr_is_terminal = ::isatty(STDERR_FILENO) == 1,
                         .data_folder = {},
                         .cache_folder = {},
                         .make_http = [&environment] { return make_http_client(environment); },
                         .validate_registry = {}};
  Result<std::filesystem::path> data = data_folder(environment);
  if (!data) return report_error(data.error(), context);
  Result<std::filesystem::path> cache = cache_folder(environment);
  if (!cache) return report_error(cache.error(), context);
  context.data_folder = *data;
  context.cache_folder = *cache;
  context.validate_registry =
      make_registry_validator(context.make_http, context.clock, "tallyman/" + program_version());

  CLI::App app("Tallyman checks container images against what is known to be vulnerable.",
               "tallyman");
  app.require_subcommand(1);
  app.footer("tallyman IMAGE is short for tallyman scan IMAGE. Start with: tallyman scan --help");
  ExitCode code;
  ScanFlags scan;
  RegistryFlags registry;
  FeedFlags feed;
  VersionFlags version;
  add_scan(app, scan, context, code);
  add_registry(app, registry, context, code);
  add_feed(app, feed, context, code);
  add_version(app, version, context, code);
  return finish_output(parse_and_run(app, with_default_command(argc, argv), code, context),
                       context);
}

}  // namespace
}  // namespace tallyman

int main(int argc, char** argv) {
  try {
    tallyman::forbid_core_dumps();
    return tallyman::run(argc, argv);
  } catch (const std::exception& error) {  // out of memory, above all
    std::cerr << "error internal: " << error.what() << '\n';
    return tallyman::kExitFailure;
  }
}
