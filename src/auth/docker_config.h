#pragma once
// Credentials from docker's config.json ("auths" only: helpers are a later step).

#include <optional>
#include <string>
#include <string_view>

#include "auth/credential.h"
#include "base/bytes.h"
#include "base/environment.h"
#include "base/result.h"

namespace tallyman {

// The entry for `registry`/`repository` (as in Reference) in the first of these files that has one:
// $REGISTRY_AUTH_FILE (podman's habit), then $DOCKER_CONFIG/config.json or, without that variable,
// ~/.docker/config.json. nullopt: no file or no entry.
// Errors: those of docker_config_entry with the file named; too_large "docker_config.too_large"
// beyond 1 MiB; the codes of read_file for a file that is there and cannot be read.
Result<std::optional<Credential>> docker_config_credential(const Environment& environment,
                                                           std::string_view registry,
                                                           std::string_view repository);

// The same in the text of one file. Path-scoped keys match most specific first, keys of the same
// scope in document order; scheme and trailing "/v1/" or "/v2/" in keys are ignored; docker.io is
// looked up under all its historic names. An entry without any credential counts as absent.
// `source` becomes the credential's.
// Error: invalid "docker_config.malformed" for what is not JSON of that form, or an `auth` that
// is not base64 of user:password; it never shows the content.
Result<std::optional<Credential>> docker_config_entry(ByteView text, std::string_view registry,
                                                      std::string_view repository,
                                                      const std::string& source);

}  // namespace tallyman
