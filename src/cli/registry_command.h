#pragma once
// `tallyman registry add|list|get|update|delete`: the records that say which credential serves
// which registry. Names, columns and messages are those of anchorectl (docs/registry.md).

#include <optional>
#include <string>
#include <vector>

#include "cli/context.h"

namespace tallyman {

// What the command line said. What is unset is taken from TALLYMAN_REGISTRY_USERNAME, _TYPE,
// _NAME, _SECURE_CONNECTION, _VALIDATE, else the same ANCHORECTL_REGISTRY_ variable;
// TALLYMAN_REGISTRY_CA_FILE; and TALLYMAN_FORMAT, else ANCHORECTL_FORMAT. No other ANCHORECTL_
// variable is read: a shell set up for another server must not send it our secrets.
struct RegistryFlags {
  std::string registry;
  std::optional<std::string> username;
  std::optional<std::string> type;  // docker_v2 is the only one
  std::optional<std::string> name;
  std::optional<std::string> ca_file;  // PEM; kept as an absolute path
  std::optional<bool> secure_connection;
  std::optional<bool> validate;
  bool password_stdin = false;
  std::string output;  // text, json, json-raw or id
  // Arguments nobody asked for: a usage error that does not repeat them, as one of them is
  // usually the password.
  std::vector<std::string> extra_positionals;
};

// Each returns the exit code: 0 done, 1 failed (nothing was changed), 3 the flags make no sense.
// Records go to context.out, status lines and errors to context.err; never a password.

// Asks the registry first (context.validate_registry) unless `validate` is false.
int registry_add(const RegistryFlags& flags, CommandContext& context);
// Changes what is given and keeps the rest, the password too.
int registry_update(const RegistryFlags& flags, CommandContext& context);
int registry_list(const RegistryFlags& flags, CommandContext& context);
int registry_get(const RegistryFlags& flags, CommandContext& context);
int registry_delete(const RegistryFlags& flags, CommandContext& context);

// The validator for main.cc: Registry::check() against the record's host, given up after a
// minute in all (10 s to connect). Errors: those of Registry::check(), timeout
// "registry.validate_timeout". `clock` must outlive it.
RegistryValidator make_registry_validator(std::function<std::unique_ptr<HttpClient>()> make_http,
                                          Clock& clock, std::string user_agent);

}  // namespace tallyman
