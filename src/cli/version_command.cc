#include "cli/version_command.h"

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"
#include "model/version_check.h"

namespace tallyman {
std::string program_version() { return TALLYMAN_VERSION; }

int run_version(CommandContext& context) {
  context.out << "tallyman " << program_version() << '\n';
  return kExitDone;
}

int run_version_compare(const std::string& scheme, const std::string& a, const std::string& b,
                        CommandContext& context) {
  Result<std::string_view> order = compare_versions(scheme, a, b);
  if (!order) return report_error(order.error(), context);
  context.out << *order << '\n';
  return kExitDone;
}

int run_version_check(const std::string& file, CommandContext& context) {
  Result<Bytes> bytes = read_file(file, kVersionTableBytes);
  if (!bytes) return report_error(bytes.error(), context);
  Result<VersionCheck> check = check_versions(as_text(*bytes));
  if (!check) return report_error(with_context(check.error(), file), context);
  for (const VersionMismatch& row : check->mismatches) {
    context.out << fmt::format("{}\t{}\t{}\t{}\tline {}: it is {}\n", printable(row.scheme),
                               printable(row.a), row.op, printable(row.b), row.line, row.actual);
  }
  for (const Error& error : check->errors) {
    report_error(with_context(error, file), context);
  }
  context.err << fmt::format("{} rows, {} do not hold, {} could not be judged\n", check->rows,
                             check->mismatches.size(), check->errors.size());
  return check->mismatches.empty() && check->errors.empty() ? kExitDone : kExitFailure;
}

}  // namespace tallyman
