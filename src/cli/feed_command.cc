#include "cli/feed_command.h"

#include <fmt/format.h>

#include <memory>

#include "base/file.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "vuln/import.h"
#include "vuln/index.h"

namespace tallyman {
namespace {

constexpr std::size_t kProblemsShown = 20;

void print_problems(const std::vector<Problem>& problems, std::ostream& err) {
  for (std::size_t i = 0; i < problems.size() && i < kProblemsShown; ++i) {
    err << fmt::format("skipped {}: {} ({})\n", printable(problems[i].path),
                       printable(problems[i].message), problems[i].code);
  }
  if (problems.size() > kProblemsShown) {
    err << fmt::format("and {} more documents that could not be read\n",
                       problems.size() - kProblemsShown);
  }
}

void print_status_json(const VulnerabilityIndex& index, const std::filesystem::path& path,
                       std::ostream& out) {
  JsonWriter json(2);
  json.begin_object()
      .field("path", path.string())
      .field("digest", index.info().digest)
      .field("newest_modified", format_utc(index.info().newest_modified))
      .field("records", index.info().records)
      .key("ecosystems")
      .begin_array();
  for (const EcosystemStats& stats : index.ecosystems()) {
    json.begin_object()
        .field("ecosystem", stats.ecosystem)
        .field("records", stats.records)
        .field("packages", stats.packages)
        .end_object();
  }
  json.end_array().end_object();
  out << json.text() << '\n';
}

void print_status_text(const VulnerabilityIndex& index, const std::filesystem::path& path,
                       std::ostream& out) {
  const IndexInfo& info = index.info();
  out << fmt::format(
      "index          {}\nrecords        {}\nnewest record  {}\ndigest         {}\n\n",
      path.string(), info.records, format_utc(info.newest_modified), info.digest);
  std::size_t width = std::string_view("ECOSYSTEM").size();
  for (const EcosystemStats& stats : index.ecosystems()) {
    width = std::max(width, printable(stats.ecosystem).size());
  }
  out << fmt::format("{:<{}}  {:>9}  {:>9}\n", "ECOSYSTEM", width, "RECORDS", "PACKAGES");
  for (const EcosystemStats& stats : index.ecosystems()) {
    out << fmt::format("{:<{}}  {:>9}  {:>9}\n", printable(stats.ecosystem), width, stats.records,
                       stats.packages);
  }
}

}  // namespace

std::filesystem::path index_path(const CommandContext& context) {
  return context.data_folder / "vulnerabilities.index";
}

int run_feed_import(const std::vector<std::string>& paths, CommandContext& context) {
  ImportOptions options;
  for (const std::string& path : paths) options.sources.emplace_back(path);
  options.index_path = index_path(context);
  if (context.stderr_is_terminal) {
    options.progress = [&](std::uint64_t done, std::uint64_t total) {
      context.err << fmt::format("\rimporting {} of {} records", done, total) << std::flush;
    };
  }
  auto begun = context.clock.monotonic();
  Result<void> folder = make_folder(context.data_folder, 0700);
  Result<ImportStats> stats =
      folder ? import_feeds(options) : Result<ImportStats>(std::unexpected(folder.error()));
  if (context.stderr_is_terminal) context.err << "\r\x1b[K";
  if (!stats) {
    return report_error(stats.error(), context);
  }
  print_problems(stats->problems, context.err);
  double seconds = std::chrono::duration<double>(context.clock.monotonic() - begun).count();
  context.out << fmt::format("imported {} records in {:.1f} s, index {}\n", stats->records, seconds,
                             human_bytes(stats->index_bytes));
  context.out << fmt::format(
      "left out: {} withdrawn, {} without a package, {} older duplicates, {} unreadable\n",
      stats->withdrawn, stats->without_package, stats->superseded, stats->problems.size());
  return kExitDone;
}

int run_feed_status(const FeedStatusFlags& flags, CommandContext& context) {
  std::filesystem::path path = index_path(context);
  Result<std::unique_ptr<VulnerabilityIndex>> index = VulnerabilityIndex::open(path);
  if (!index) {
    return report_error(index.error(), context);
  }
  if (flags.output == "json") {
    print_status_json(**index, path, context.out);
  } else {
    print_status_text(**index, path, context.out);
  }
  return kExitDone;
}

}  // namespace tallyman
