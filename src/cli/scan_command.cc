#include "cli/scan_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "base/text.h"
#include "cli/feed_command.h"
#include "cli/output_file.h"
#include "cli/progress.h"
#include "cli/registry_access.h"
#include "cli/terminal.h"
#include "cli/version_command.h"
#include "report/format.h"
#include "scan/scan.h"
#include "scan/source.h"
#include "vuln/index.h"

namespace tallyman {
namespace {

struct Output {
  const Format* format;
  std::filesystem::path file;  // empty: standard output
};

Result<Output> parse_output(const std::string& text) {
  Cut parts = cut(text, '=');
  const Format* format = find_format(parts.before);
  if (format == nullptr) {
    std::string known;
    for (const Format* each : formats::all()) {
      known += (known.empty() ? "" : ", ") + std::string(each->id);
    }
    return fail(ErrorKind::invalid, "usage.output",
                fmt::format("unknown output format \"{}\"", printable(parts.before)),
                "use one of: " + known);
  }
  if (parts.found && parts.after.empty()) {
    return fail(ErrorKind::invalid, "usage.output",
                fmt::format("\"{}\" names no file after \"=\"", printable(text)),
                fmt::format("write -o {}=FILE", format->id));
  }
  return Output{format, std::filesystem::path(parts.after)};
}

struct Plan {
  std::vector<Output> outputs;
  std::optional<Severity> threshold;
  PlatformChoice platform;
};

Result<Plan> make_plan(const ScanFlags& flags) {
  Plan plan;
  std::vector<std::string> wanted = flags.outputs;
  if (wanted.empty()) wanted.emplace_back("table");
  for (const std::string& text : wanted) plan.outputs.push_back(TRY(parse_output(text)));
  if (!flags.fail_on.empty()) {
    plan.threshold = parse_severity(flags.fail_on);
    if (!plan.threshold || *plan.threshold == Severity::unknown) {
      return fail(ErrorKind::invalid, "usage.severity",
                  fmt::format("\"{}\" is not a severity", printable(flags.fail_on)),
                  "use one of: negligible, low, medium, high, critical");
    }
  }
  plan.platform = {Platform::host(), false};
  TRY(parse_source(flags.image));  // a name that cannot be is a matter of usage too
  if (!flags.platform.empty()) plan.platform = {TRY(Platform::parse(flags.platform)), true};
  return plan;
}

Result<void> write_outputs(const std::vector<Output>& outputs, const Report& report,
                           CommandContext& context) {
  for (const Output& output : outputs) {
    bool to_terminal = output.file.empty() && context.stdout_is_terminal;
    FormatOptions options;
    options.color = to_terminal && color_allowed(context.environment);
    options.width = to_terminal ? terminal_width(STDOUT_FILENO, context.environment) : 0;
    std::string text = output.format->render(report, options);
    if (output.file.empty()) {
      context.out << text << std::flush;
      if (!context.out) {
        return fail(ErrorKind::internal, "output.failed", "writing the report to standard output",
                    "free some space, or write to another place");
      }
      continue;
    }
    TRY(write_output_file(output.file, text));
  }
  return {};
}

bool reaches(const Report& report, std::optional<Severity> threshold) {
  return threshold &&
         std::any_of(report.findings.begin(), report.findings.end(),
                     [&](const Finding& finding) { return finding.severity >= *threshold; });
}

std::unique_ptr<ScanObserver> make_observer(const ScanFlags& flags, CommandContext& context) {
  if (flags.quiet) return std::make_unique<ScanObserver>();
  if (context.stderr_is_terminal) {
    return std::make_unique<TerminalProgress>(context.err, context.clock,
                                              terminal_width(STDERR_FILENO, context.environment));
  }
  return std::make_unique<PlainProgress>(context.err);
}

// No index is not an error here: the inventory is still of use, and the report says that nothing
// could be matched. An index that cannot be read is one.
Result<std::unique_ptr<VulnerabilityIndex>> open_index(CommandContext& context) {
  Result<std::unique_ptr<VulnerabilityIndex>> index = VulnerabilityIndex::open(index_path(context));
  if (!index && index.error().kind == ErrorKind::not_found) {
    return std::unique_ptr<VulnerabilityIndex>();
  }
  return index;
}

Result<ScanOutcome> scan_as_told(const ScanFlags& flags, const Plan& plan,
                                 const VulnerabilityIndex* index, CommandContext& context) {
  ScanRequest request;
  request.source = flags.image;
  request.platform = plan.platform;
  if (!flags.no_cache) request.cache_folder = context.cache_folder;
  request.threads = flags.parallelism;
  AccessFlags access{flags.ca_file, flags.plain_http, flags.insecure_skip_tls_verify,
                     flags.allow_private_addresses};
  std::unique_ptr<ScanObserver> observer = make_observer(flags, context);
  std::unique_ptr<HttpClient> http = context.make_http();
  ScanServices services{
      .http = *http,
      .clock = context.clock,
      .observer = *observer,
      .registry_options =
          [&](const Reference& reference) {
            return registry_options_for(reference, access, context);
          },
      .index = index,
      .tool_version = program_version(),
  };
  return scan(request, services);
}

// What standard error says beside the report, whatever its format: a report may go to a file or
// into a pipe, and a verdict that nobody reads is none.
void explain(const ScanFlags& flags, const ScanOutcome& outcome, bool crossed,
             CommandContext& context) {
  const Report& report = outcome.report;
  if (!report.assessment.assessed) {
    for (const std::string& reason : report.assessment.reasons) {
      context.err << "NOT ASSESSED: " << printable(reason) << '\n';
    }
    if (report.index.digest.empty()) {
      context.err << "  hint: import vulnerability data first: tallyman feed import PATH\n";
    }
  }
  if (crossed) {
    context.err << fmt::format("found vulnerabilities of severity {} or above\n",
                               to_lower(flags.fail_on));
  }
  if (outcome.cache_error) report_error(*outcome.cache_error, context);
}

// A scan that cannot be done is a failure, whoever is to blame: 3 is for the flags alone.
int report_failure(const Error& error, CommandContext& context) {
  report_error(error, context);
  return kExitFailure;
}

}  // namespace

int run_scan(const ScanFlags& flags, CommandContext& context) {
  Result<Plan> plan = make_plan(flags);
  if (!plan) {
    report_error(plan.error(), context);
    return kExitUsage;
  }
  Result<std::unique_ptr<VulnerabilityIndex>> index = open_index(context);
  if (!index) return report_failure(index.error(), context);
  Result<ScanOutcome> outcome = scan_as_told(flags, *plan, index->get(), context);
  if (!outcome) return report_failure(outcome.error(), context);

  Result<void> written = write_outputs(plan->outputs, outcome->report, context);
  if (!written) return report_failure(written.error(), context);
  bool crossed = reaches(outcome->report, plan->threshold);
  explain(flags, *outcome, crossed, context);
  if (crossed) return kExitThreshold;
  bool whole = outcome->report.assessment.assessed && !outcome->cache_error;
  return whole ? kExitDone : kExitFailure;
}

}  // namespace tallyman
