#include "cli/registry_access.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <utility>

#include "auth/docker_config.h"
#include "cli/version_command.h"
#include "store/store.h"

namespace tallyman {
namespace {

// The stored record that serves the image, turned into options; false when there is none.
Result<bool> use_record(const Reference& reference, RegistryOptions& options,
                        CommandContext& context) {
  std::unique_ptr<Store> store = TRY(Store::open_existing(context.data_folder, context.clock));
  if (!store) return false;
  std::optional<RegistryRecord> record =
      TRY(store->registries().serving(reference.registry, reference.repository));
  if (!record) return false;
  options.tls.verify = record->verify;
  options.tls.ca_file = record->ca_file;
  if (record->user.empty()) return true;
  Credential credential;
  credential.user = record->user;
  credential.password = TRY(store->registries().password(record->registry));
  credential.source = fmt::format("registry record \"{}\"", record->registry);
  options.credential = std::move(credential);
  return true;
}

}  // namespace

Result<RegistryOptions> registry_options_for(const Reference& reference, const AccessFlags& flags,
                                             CommandContext& context) {
  RegistryOptions options;
  options.host = reference.registry;
  options.user_agent = "tallyman/" + program_version();
  bool found = TRY(use_record(reference, options, context));
  if (!found) {
    options.credential = TRY(
        docker_config_credential(context.environment, reference.registry, reference.repository));
  }
  if (!flags.ca_file.empty()) options.tls.ca_file = flags.ca_file;
  if (flags.insecure_skip_tls_verify) options.tls.verify = false;
  options.plain_http = flags.plain_http;
  options.allow_private_hosts = flags.allow_private_addresses;
  return options;
}

}  // namespace tallyman
