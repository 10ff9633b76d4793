#include "cli/registry_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <system_error>

#include "base/encoding.h"
#include "base/file.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "cli/password.h"
#include "store/registry_name.h"
#include "store/store.h"

namespace tallyman {
namespace {

constexpr std::string_view kPasswordHint =
    "set TALLYMAN_REGISTRY_PASSWORD, or pipe it in with --password-stdin";

// Where the flags and the environment meet.

std::optional<std::string> variable(const Environment& environment, std::string_view name) {
  for (std::string_view prefix : {"TALLYMAN_", "ANCHORECTL_"}) {
    std::string value = environment.get_or_empty(fmt::format("{}{}", prefix, name));
    if (!value.empty()) return value;
  }
  return std::nullopt;
}

void fill(std::optional<std::string>& flag, std::optional<std::string> fallback) {
  if (!flag) flag = std::move(fallback);
}

Result<void> fill(std::optional<bool>& flag, const Environment& environment,
                  std::string_view name) {
  if (flag) return {};
  std::optional<std::string> text = variable(environment, name);
  if (!text) return {};
  flag = parse_boolean(*text);
  if (flag) return {};
  return fail(ErrorKind::invalid, "usage.boolean",
              fmt::format("TALLYMAN_{0} (or ANCHORECTL_{0}) is neither true nor false", name),
              "give true or false");
}

Result<RegistryFlags> with_environment(RegistryFlags flags, const Environment& environment) {
  fill(flags.username, variable(environment, "REGISTRY_USERNAME"));
  fill(flags.type, variable(environment, "REGISTRY_TYPE"));
  fill(flags.name, variable(environment, "REGISTRY_NAME"));
  std::string ca_file = environment.get_or_empty("TALLYMAN_REGISTRY_CA_FILE");
  if (!ca_file.empty()) fill(flags.ca_file, ca_file);
  TRY(fill(flags.secure_connection, environment, "REGISTRY_SECURE_CONNECTION"));
  TRY(fill(flags.validate, environment, "REGISTRY_VALIDATE"));
  return flags;
}

Result<void> check_arguments(const RegistryFlags& flags, bool takes_registry) {
  if (!flags.extra_positionals.empty() || (!takes_registry && !flags.registry.empty())) {
    return fail(ErrorKind::invalid, "usage.extra_argument",
                "one argument too many (it is not shown here, as it may be a password)",
                fmt::format("a password is never an argument: {}", kPasswordHint));
  }
  if (takes_registry && flags.registry.empty()) {
    return fail(ErrorKind::invalid, "usage.registry_missing", "no registry was named",
                "name it by host and port, for example registry.example.com:5000");
  }
  return {};
}

// Output.

enum class Output : std::uint8_t { text, json, json_raw, id };

Result<Output> output_of(const RegistryFlags& flags, const Environment& environment) {
  std::string name =
      flags.output.empty() ? variable(environment, "FORMAT").value_or("text") : flags.output;
  if (name == "text") return Output::text;
  if (name == "json") return Output::json;
  if (name == "json-raw") return Output::json_raw;
  if (name == "id") return Output::id;
  return fail(ErrorKind::invalid, "usage.output", fmt::format("no output format '{}'", name),
              "-o (or TALLYMAN_FORMAT) is one of text, json, json-raw, id");
}

using Row = std::array<std::string, 7>;

Row table_row(const RegistryRecord& record) {
  return {printable(record.name),           printable(record.type),     printable(record.user),
          record.verify ? "true" : "false", format_utc(record.created), format_utc(record.updated),
          printable(record.registry)};
}

// In characters, of which printable() left only whole ones.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string rule(const std::array<std::size_t, 7>& widths, std::string_view left,
                 std::string_view middle, std::string_view right) {
  std::string line(left);
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (i > 0) line += middle;
    for (std::size_t k = 0; k < widths[i] + 2; ++k) line += "─";
  }
  return line.append(right) + '\n';
}

std::string table(const std::vector<RegistryRecord>& records) {
  if (records.empty()) return "No results\n";
  std::vector<Row> rows = {Row{"REGISTRY NAME", "REGISTRY TYPE", "REGISTRY USER", "REGISTRY VERIFY",
                               "CREATED AT", "LAST UPDATED", "REGISTRY"}};
  std::ranges::transform(records, std::back_inserter(rows), table_row);
  std::array<std::size_t, 7> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string text = rule(widths, "┌", "┬", "┐");
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += "│ " + row[i] + std::string(widths[i] - width_of(row[i]) + 1, ' ');
    }
    text += "│\n";
    if (&row == &rows.front()) text += rule(widths, "├", "┼", "┤");
  }
  return text + rule(widths, "└", "┴", "┘");
}

std::string json(const std::vector<RegistryRecord>& records, int indent) {
  JsonWriter writer(indent);
  writer.begin_array();
  for (const RegistryRecord& record : records) {
    writer.begin_object()
        .field("registry", record.registry)
        .field("registry_name", record.name)
        .field("registry_user", record.user)
        .field("registry_type", record.type)
        .field("registry_verify", record.verify)
        .field_if("ca_file", record.ca_file)
        .field("created_at", format_utc(record.created))
        .field("last_updated", format_utc(record.updated))
        .end_object();
  }
  return writer.end_array().take() + '\n';
}

void print(Output output, const std::vector<RegistryRecord>& records, CommandContext& context) {
  switch (output) {
    case Output::text:
      context.out << table(records);
      return;
    case Output::json:
      context.out << json(records, 2);
      return;
    case Output::json_raw:
      context.out << json(records, 0);
      return;
    case Output::id:
      for (const RegistryRecord& record : records)
        context.out << printable(record.registry) << '\n';
      return;
  }
}

// Status on standard error, then the data.
Result<void> succeed(std::string_view status, Output output,
                     const std::vector<RegistryRecord>& records, CommandContext& context) {
  context.err << " ✔ " << status << '\n' << std::flush;
  print(output, records, context);
  context.out << std::flush;
  if (context.out) return {};
  return fail(ErrorKind::internal, "output.failed", "writing the result to standard output",
              "the command itself was carried out");
}

// Records.

// The path as it will be found from any folder, once it is known to hold a certificate.
Result<std::string> checked_ca_file(const std::string& file) {
  if (file.empty()) return file;
  constexpr std::size_t kLimit = 4 << 20;
  std::error_code error;
  std::filesystem::path path = std::filesystem::absolute(file, error);
  Bytes bytes = TRY(read_file(error ? std::filesystem::path(file) : path, kLimit));
  if (as_text(bytes).find("-----BEGIN CERTIFICATE-----") == std::string_view::npos) {
    return fail(ErrorKind::invalid, "registry.ca_file",
                fmt::format("{} holds no PEM certificate", path.string()),
                "--ca-file names a file with the certificate of the authority that signed the "
                "registry's");
  }
  return path.string();
}

// Puts what was given over what is there.
Result<void> apply(const RegistryFlags& flags, RegistryRecord& record) {
  if (flags.type && *flags.type != "docker_v2") {
    return fail(ErrorKind::unsupported, "registry.type",
                fmt::format("registry type '{}' is not supported", *flags.type),
                "docker_v2 is: any registry that takes a user name and a password");
  }
  if (flags.username) {
    TRY(check_registry_user(*flags.username));
    record.user = *flags.username;
  }
  if (flags.name) record.name = *flags.name;
  if (flags.secure_connection) record.verify = *flags.secure_connection;
  if (flags.ca_file) record.ca_file = TRY(checked_ca_file(*flags.ca_file));
  return {};
}

// The password that was given, if any, checked to fit the record's user.
Result<std::optional<Secret>> given_password(const RegistryFlags& flags, bool may_ask,
                                             const RegistryRecord& record,
                                             CommandContext& context) {
  PasswordRequest request{
      .from_stdin = flags.password_stdin,
      .may_ask = may_ask && !record.user.empty(),
      .prompt = printable(fmt::format("Password of {} at {}: ", record.user, record.registry))};
  std::optional<Secret> password = TRY(read_password(request, context));
  if (password && record.user.empty()) {
    return fail(ErrorKind::invalid, "registry.user_missing",
                fmt::format("a password without a user for registry {}", record.registry),
                "give --username, or unset TALLYMAN_REGISTRY_PASSWORD and "
                "ANCHORECTL_REGISTRY_PASSWORD");
  }
  return password;
}

void blank_out(std::string& text, std::string_view secret) {
  for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
    text.replace(at, secret.size(), "***");
    at += 3;
  }
}

// A server may repeat in its error what it was sent, plainly or as the Basic header has it.
void blank_out(Error& error, const RegistryRecord& record, const Secret& password) {
  if (password.empty()) return;
  std::string pair = record.user + ':';
  pair += password.reveal();
  std::string header = base64_encode(as_bytes(pair));
  Secret::wipe(pair);
  for (std::string* text : {&error.context, &error.hint}) {
    blank_out(*text, password.reveal());
    blank_out(*text, header);
  }
  Secret::wipe(header);
}

Result<void> validate(const RegistryFlags& flags, const RegistryRecord& record,
                      const Secret& password, CommandContext& context) {
  if (!record.user.empty() && password.empty()) {
    return fail(ErrorKind::invalid, "registry.password_missing",
                fmt::format("a user without a password for registry {}", record.registry),
                std::string(kPasswordHint));
  }
  if (!flags.validate.value_or(true)) return {};
  Result<void> valid = context.validate_registry(record, password);
  if (valid) return {};
  Error error = with_context(valid.error(), fmt::format("validating {}", record.registry));
  blank_out(error, record, password);
  // Whatever the registry finds invalid, the flags made sense: a failure, not a matter of usage.
  if (error.kind == ErrorKind::invalid) error.kind = ErrorKind::unsupported;
  if (!error.hint.empty()) error.hint += "; ";
  error.hint += "nothing was stored; --validate=false stores the record without asking";
  return std::unexpected(error);
}

Result<std::unique_ptr<Store>> existing_store(CommandContext& context) {
  return Store::open_existing(context.data_folder, context.clock);
}

// The store of a command that needs a record to be there.
Result<std::unique_ptr<Store>> store_of_record(const std::string& registry,
                                               CommandContext& context) {
  std::string name = TRY(canonical_registry_name(registry));
  std::unique_ptr<Store> store = TRY(existing_store(context));
  if (store == nullptr) return std::unexpected(unknown_registry(name));
  return store;
}

// Before the password is asked for and the registry is.
Result<void> refuse_existing(const RegistryRecord& record, CommandContext& context) {
  std::unique_ptr<Store> store = TRY(existing_store(context));
  if (store == nullptr) return {};
  Result<RegistryRecord> found = store->registries().get(record.registry);
  if (found) return std::unexpected(registry_exists(record.registry));
  if (found.error().kind == ErrorKind::not_found) return {};
  return std::unexpected(found.error());
}

// The commands.

Result<void> add(const RegistryFlags& given, CommandContext& context) {
  TRY(check_arguments(given, true));
  RegistryFlags flags = TRY(with_environment(given, context.environment));
  Output output = TRY(output_of(flags, context.environment));
  RegistryRecord record;
  record.registry = TRY(canonical_registry_name(flags.registry));
  TRY(apply(flags, record));
  TRY(refuse_existing(record, context));
  std::optional<Secret> password = TRY(given_password(flags, true, record, context));
  Secret secret = std::move(password).value_or(Secret());
  TRY(validate(flags, record, secret, context));
  std::unique_ptr<Store> store = TRY(Store::open(context.data_folder, context.clock));
  record = TRY(store->registries().add(record, secret));
  return succeed("Added registry", output, {record}, context);
}

Result<void> update(const RegistryFlags& given, CommandContext& context) {
  TRY(check_arguments(given, true));
  RegistryFlags flags = TRY(with_environment(given, context.environment));
  Output output = TRY(output_of(flags, context.environment));
  std::unique_ptr<Store> store = TRY(store_of_record(flags.registry, context));
  Registries& registries = store->registries();
  RegistryRecord record = TRY(registries.get(flags.registry));
  bool had_user = !record.user.empty();
  TRY(apply(flags, record));
  std::optional<Secret> password = TRY(given_password(flags, false, record, context));
  Secret secret;
  if (password) {
    secret = *password;
  } else if (had_user && !record.user.empty()) {
    secret = TRY(registries.password(record.registry));
  }
  TRY(validate(flags, record, secret, context));
  record = TRY(registries.update(record, password));
  return succeed("Updated registry", output, {record}, context);
}

Result<void> list(const RegistryFlags& flags, CommandContext& context) {
  TRY(check_arguments(flags, false));
  Output output = TRY(output_of(flags, context.environment));
  std::unique_ptr<Store> store = TRY(existing_store(context));
  std::vector<RegistryRecord> records;
  if (store != nullptr) records = TRY(store->registries().list());
  return succeed("Fetched registries", output, records, context);
}

Result<void> get(const RegistryFlags& flags, CommandContext& context) {
  TRY(check_arguments(flags, true));
  Output output = TRY(output_of(flags, context.environment));
  std::unique_ptr<Store> store = TRY(store_of_record(flags.registry, context));
  RegistryRecord record = TRY(store->registries().get(flags.registry));
  return succeed("Fetched registry", output, {record}, context);
}

Result<void> remove(const RegistryFlags& flags, CommandContext& context) {
  TRY(check_arguments(flags, true));
  Output output = TRY(output_of(flags, context.environment));
  std::unique_ptr<Store> store = TRY(store_of_record(flags.registry, context));
  TRY(store->registries().remove(flags.registry));
  return succeed("Deleted registry", output, {}, context);
}

int finish(const Result<void>& done, CommandContext& context) {
  return done ? kExitDone : report_error(done.error(), context);
}

}  // namespace

int registry_add(const RegistryFlags& flags, CommandContext& context) {
  return finish(add(flags, context), context);
}

int registry_update(const RegistryFlags& flags, CommandContext& context) {
  return finish(update(flags, context), context);
}

int registry_list(const RegistryFlags& flags, CommandContext& context) {
  return finish(list(flags, context), context);
}

int registry_get(const RegistryFlags& flags, CommandContext& context) {
  return finish(get(flags, context), context);
}

int registry_delete(const RegistryFlags& flags, CommandContext& context) {
  return finish(remove(flags, context), context);
}

}  // namespace tallyman
