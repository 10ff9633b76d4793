#pragma once
// Registry records: which credential serves which registry, kept in the embedded store with
// the secret in an encrypted envelope.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "store/database.h"
#include "store/envelope.h"

namespace tallyman {

struct RegistryRecord {
  std::string registry;       // host[:port][/path][*], the key
  std::string name;           // for people; the registry when not given
  std::string type = "docker_v2";
  std::string user;           // may be empty: anonymous
  bool verify = true;         // check the server's certificate
  std::string ca_file;        // may be empty
  Microseconds created = 0;
  Microseconds updated = 0;
};

class Registries {
 public:
  Registries(Database& database, KeyRing& keys, Clock& clock)
      : database_(database), keys_(keys), clock_(clock) {}

  // conflict "registry.exists" when there is one of that name; invalid "registry.name" (scheme,
  // trailing slash, '*' not at the end).
  Result<RegistryRecord> add(RegistryRecord record, const Secret& password);
  // Changes the record; the stored password is kept when none is given. not_found
  // "registry.unknown".
  Result<RegistryRecord> update(RegistryRecord record, const std::optional<Secret>& password);
  Result<void> remove(std::string_view registry);                 // not_found "registry.unknown"
  Result<RegistryRecord> get(std::string_view registry);          // not_found "registry.unknown"
  Result<std::vector<RegistryRecord>> list();                     // sorted by registry
  // corrupt "store.secret_unreadable" when the key file is gone or another one.
  Result<Secret> password(std::string_view registry);

  // The record that serves `registry`/`repository`: longest name first; matches if (ends with
  // '*' and is a prefix of "registry/repository") or (holds '/' and equals it) or equals the
  // registry. nullopt: none.
  Result<std::optional<RegistryRecord>> serving(std::string_view registry,
                                                std::string_view repository);

 private:
  Database& database_;
  KeyRing& keys_;
  Clock& clock_;
};

}  // namespace tallyman
