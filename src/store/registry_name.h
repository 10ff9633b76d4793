#pragma once
// The names of registry records: which are valid, and which images each one serves.

#include <string>
#include <string_view>

#include "base/result.h"

namespace tallyman {

// The one spelling of host[:port][/path][*], as image references spell their host: lower case,
// without a trailing dot or ":443" (which a one-word host keeps), index.docker.io as docker.io. A
// '*' may stand only at the end and behind the first '/', because one in the host would also match
// hosts of other owners. Kind invalid, code "registry.name"; the text itself is never part of the
// error, as it may hold a password (https://user:password@host).
Result<std::string> canonical_registry_name(std::string_view text);

// The host[:port] of a canonical name.
std::string_view registry_host(std::string_view name);

// Whether the record of that canonical name serves `repository` of `registry`: the name ends with
// '*' and what is before it is a prefix of "registry/repository"; or it holds a '/' and equals
// that; or it equals the registry.
bool serves(std::string_view name, std::string_view registry, std::string_view repository);

}  // namespace tallyman
