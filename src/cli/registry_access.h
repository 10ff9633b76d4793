#pragma once
// Which credential and which TLS settings a scan uses for an image: the stored record that
// serves it, else docker's configuration, else none.

#include "base/result.h"
#include "cli/context.h"
#include "model/reference.h"
#include "registry/registry.h"

namespace tallyman {

// What the user said on the command line; it adds to the record and wins over it.
struct AccessFlags {
  std::string ca_file;
  bool plain_http = false;
  bool insecure_skip_tls_verify = false;
  bool allow_private_addresses = false;
};

// Errors: those of Store::open (a store without its key is never taken for "no credential") and
// docker_config_credential.
Result<RegistryOptions> registry_options_for(const Reference& reference, const AccessFlags& flags,
                                             CommandContext& context);

}  // namespace tallyman
