// Portable SQL only: the same text runs on SQLite and PostgreSQL. BIGINT, TEXT and BLOB (which
// the PostgreSQL adapter spells BYTEA); times are microseconds since 1970; flags are 0 and 1.
#include "store/migrations.h"

#include <array>

namespace tallyman {
namespace {

// The secret has its own row: listing registries never touches it, and "is anything sealed?" is
// a count. store_key holds the id of the key that sealed them, so that a store without its key,
// or beside another one, is noticed at once.
constexpr std::string_view kRegistries = R"sql(
CREATE TABLE store_key (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  key_id TEXT NOT NULL,
  created BIGINT NOT NULL
);
CREATE TABLE registries (
  registry TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  username TEXT NOT NULL,
  verify BIGINT NOT NULL,
  ca_file TEXT NOT NULL,
  created BIGINT NOT NULL,
  updated BIGINT NOT NULL
);
CREATE TABLE registry_secrets (
  registry TEXT PRIMARY KEY REFERENCES registries (registry) ON DELETE CASCADE,
  version BIGINT NOT NULL,
  key_id TEXT NOT NULL,
  envelope BLOB NOT NULL
);
)sql";

constexpr std::array kMigrations = {
    Migration{"registries", kRegistries},
};

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

}  // namespace tallyman
