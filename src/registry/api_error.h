#pragma once
// Answers that are not what was asked for, as this program's errors, with what the registry says
// about it (OCI distribution-spec, "Error Codes").

#include <string>
#include <string_view>

#include "http/client.h"
#include "registry/site.h"

namespace tallyman {

// The error for `response`, whose body (at most 64 KiB of it) is read for the registry's own
// code and message; those are shown cut short, made printable, and never when they repeat a
// secret. `action` begins the context: "pulling the manifest of a/b:1". `missing` is the code of
// a 404. Kinds: 401 unauthenticated "registry.unauthorized", 403 denied "registry.denied", 404 and
// 410 not_found, 429 unavailable "registry.rate_limited", answers that mean later unavailable
// "registry.unavailable", else invalid "registry.refused".
Error api_error(HttpResponse& response, const Site& site, std::string_view action,
                std::string_view missing = "registry.manifest_unknown");

}  // namespace tallyman
