#pragma once
// Credentials from docker's config.json ("auths" only: helpers are a later step).

#include <optional>
#include <string>
#include <string_view>

#include "auth/credential.h"
#include "base/environment.h"
#include "base/result.h"

namespace tallyman {

// The entry for `registry`/`repository`: $DOCKER_CONFIG/config.json, else ~/.docker/config.json,
// else $REGISTRY_AUTH_FILE when set goes first (podman's habit). Path-scoped keys match most specific first; scheme and trailing
// "/v1/" or "/v2/" in keys are ignored; docker.io is looked up under all its historic names.
// nullopt: no file or no entry. A file that cannot be parsed, or an `auth` that is not base64 of
// user:password, is an error (invalid "docker_config.malformed") that never shows its content.
Result<std::optional<Credential>> docker_config_credential(const Environment& environment,
                                                           std::string_view registry,
                                                           std::string_view repository);

}  // namespace tallyman
