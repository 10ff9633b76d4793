#pragma once
// Registry records: which credential serves which registry, kept in the embedded store with
// the secret in an encrypted envelope.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "store/database.h"
#include "store/store_key.h"

namespace tallyman {

struct RegistryRecord {
  std::string registry;  // host[:port][/path][*], the key
  std::string name;      // for people; the registry when not given
  std::string type = "docker_v2";
  std::string user;     // may be empty: anonymous
  bool verify = true;   // check the server's certificate
  std::string ca_file;  // may be empty
  Microseconds created = 0;
  Microseconds updated = 0;
};

// The error of kind not_found, code "registry.unknown", for a canonical name.
Error unknown_registry(std::string_view registry);
// The same for kind conflict, code "registry.exists".
Error registry_exists(std::string_view registry);

// invalid "registry.user": it holds a ':' or a control character, which the Basic scheme has no
// place for. The user itself is not part of the error: what follows a ':' is often the password.
Result<void> check_registry_user(std::string_view user);

class Registries {
 public:
  Registries(Database& database, StoreKey& key, Clock& clock)
      : database_(database), key_(key), clock_(clock) {}

  // Every `registry` argument may be in any spelling of registry_name.h, whose invalid
  // "registry.name" all of these can return, as can the errors of Database.

  // Returns the record as stored, its registry in canonical form. conflict "registry.exists" when
  // there is one of that name; invalid "registry.user" (a ':' or a control character) and
  // "registry.password_missing" (a user needs one); the errors of StoreKey.
  Result<RegistryRecord> add(RegistryRecord record, const Secret& password);
  // Changes the record; the stored password is kept when none is given, and dropped when the user
  // becomes empty. not_found "registry.unknown"; else as add.
  Result<RegistryRecord> update(RegistryRecord record, const std::optional<Secret>& password);
  Result<void> remove(std::string_view registry);         // not_found "registry.unknown"
  Result<RegistryRecord> get(std::string_view registry);  // not_found "registry.unknown"
  Result<std::vector<RegistryRecord>> list();             // sorted by registry

  // Empty for a record without a user. not_found "registry.unknown"; corrupt
  // "store.secret_unreadable"; not_found "key.missing", corrupt "key.mismatch" when the key file
  // is gone or another one.
  Result<Secret> password(std::string_view registry);

  // The record that serves `registry`/`repository` (as Reference spells them): of those that
  // serve it (see serves()), the longest name; of two equally long ones that without '*'.
  // nullopt: none.
  Result<std::optional<RegistryRecord>> serving(std::string_view registry,
                                                std::string_view repository);

 private:
  Result<void> seal(const std::string& registry, const Secret& password);
  Result<bool> has_secret(const std::string& registry);

  Database& database_;
  StoreKey& key_;
  Clock& clock_;
};

}  // namespace tallyman
