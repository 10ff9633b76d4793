#pragma once
// Answers that are not what was asked for, as this program's errors, with what the registry says
// about it (OCI distribution-spec, "Error Codes").

#include <string>
#include <string_view>

#include "http/client.h"
#include "registry/site.h"

namespace tallyman {

// What was asked for: decides what a 404 means.
enum class Asked : std::uint8_t { manifest, blob, token, api };

// The error for `response`, whose body (at most 64 KiB of it) is read for the registry's own
// code and message; those are shown cut short, made printable, and never when they repeat a
// secret. `action` begins the context: "pulling the manifest of a/b:1". Kinds: 401 unauthenticated
// "registry.unauthorized", 403 denied "registry.denied", 404 and 410 not_found
// "registry.manifest_unknown", "registry.blob_unknown" or "registry.no_token_service", 429
// unavailable "registry.rate_limited", answers that mean later unavailable "registry.unavailable",
// else invalid "registry.refused".
Error api_error(HttpResponse& response, const Site& site, Asked asked, std::string_view action);

}  // namespace tallyman
