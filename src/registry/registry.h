#pragma once
// Pulls manifests and blobs from a Docker V2 / OCI registry (OCI distribution-spec; facts in
// docs/registry.md). Every byte returned has been checked against its digest.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/credential.h"
#include "base/clock.h"
#include "base/reader.h"
#include "http/client.h"
#include "model/image.h"
#include "model/reference.h"

namespace tallyman {

struct RegistryOptions {
  std::string host;                      // "docker.io", "registry.example.com:5000", "[::1]:5000"
  std::optional<Credential> credential;  // nullopt: anonymous
  TlsOptions tls;                        // CA file, verification off
  bool plain_http = false;               // only when the user said so for this registry
  bool allow_private_hosts = false;  // let realms, redirects and links lead to private addresses
  std::string user_agent;
};

struct FetchedManifest {
  Digest digest;           // hashed by us
  std::string media_type;  // agreed between Content-Type and the document
  Bytes bytes;             // at most 4 MiB
};

// Thread-safe. Readers that it gave out must not outlive it, nor it the client and the clock.
class Registry {
 public:
  // No traffic yet. Errors: invalid "registry.host".
  static Result<std::unique_ptr<Registry>> open(RegistryOptions options, HttpClient& http,
                                                Clock& clock = system_clock());
  ~Registry();

  // GET /v2/: succeeds when the registry answers as V2 and, if `credential` was given, accepts it
  // (following a Bearer challenge to its realm). Used by `registry add --validate`.
  Result<void> check();

  // The manifest or index of a tag or digest. A digest reference is verified; a tag's digest is
  // computed. Errors: not_found "registry.manifest_unknown" (or hidden from us),
  // unauthenticated "registry.unauthorized", denied "registry.denied" and "registry.realm_refused",
  // corrupt "registry.digest_mismatch", "manifest.malformed" and "manifest.ambiguous", invalid
  // "registry.bad_name", too_large, unavailable, timeout.
  Result<FetchedManifest> manifest(const std::string& repository, const std::string& key);

  // A blob as a stream; not_found "registry.blob_unknown". Read errors appear while reading; a
  // broken connection is resumed by Range without the caller seeing it; the final read fails with
  // corrupt "registry.digest_mismatch" or "registry.size_mismatch" instead of returning 0 when size
  // or digest are wrong: nothing may be concluded from the bytes until the end was reached.
  Result<std::unique_ptr<Reader>> blob(const std::string& repository, const Descriptor& blob);

 private:
  struct State;
  explicit Registry(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tallyman
