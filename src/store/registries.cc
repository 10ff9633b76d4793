#include "store/registries.h"

#include <fmt/format.h>

#include <algorithm>

#include "store/registry_name.h"

namespace tallyman {
namespace {

constexpr std::string_view kSelect =
    "SELECT registry, name, type, username, verify, ca_file, created, updated FROM registries";

// What a secret's envelope is bound to. The names hold no line break, so no two bindings read
// the same.
std::string binding(std::string_view registry, std::int64_t version) {
  return fmt::format("tenant=local\nregistry={}\nfield=password\nversion={}", registry, version);
}

RegistryRecord read_record(const Statement& row) {
  return {.registry = row.text(0),
          .name = row.text(1),
          .type = row.text(2),
          .user = row.text(3),
          .verify = row.integer(4) != 0,
          .ca_file = row.text(5),
          .created = row.integer(6),
          .updated = row.integer(7)};
}

std::unexpected<Error> password_missing(const RegistryRecord& record) {
  return fail(ErrorKind::invalid, "registry.password_missing",
              fmt::format("a user without a password for registry {}", record.registry),
              "set TALLYMAN_REGISTRY_PASSWORD or use --password-stdin");
}

}  // namespace

Error unknown_registry(std::string_view registry) {
  return {ErrorKind::not_found, "registry.unknown",
          fmt::format("no record for registry {}", registry),
          "'tallyman registry list' shows those there are"};
}

Error registry_exists(std::string_view registry) {
  return {ErrorKind::conflict, "registry.exists",
          fmt::format("there is a record for registry {} already", registry),
          "change it with 'tallyman registry update'"};
}

Result<void> check_registry_user(std::string_view user) {
  bool bad = std::ranges::any_of(user, [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return c == ':' || byte < 0x20 || byte == 0x7F;
  });
  if (!bad) return {};
  return fail(ErrorKind::invalid, "registry.user",
              "a user name holds no ':' and no control character",
              "give the password by TALLYMAN_REGISTRY_PASSWORD, not behind the user name");
}

Result<RegistryRecord> Registries::add(RegistryRecord record, const Secret& password) {
  record.registry = TRY(canonical_registry_name(record.registry));
  TRY(check_registry_user(record.user));
  if (record.name.empty()) record.name = record.registry;
  if (!record.user.empty() && password.empty()) return password_missing(record);
  record.created = record.updated = clock_.now();
  TRY(database_.transaction([&]() -> Result<void> {
    Statement insert = TRY(database_.prepare(
        "INSERT INTO registries (registry, name, type, username, verify, ca_file, created, "
        "updated) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
        "ON CONFLICT (registry) DO NOTHING RETURNING registry"));
    insert.bind(1, record.registry).bind(2, record.name).bind(3, record.type).bind(4, record.user);
    insert.bind(5, record.verify ? 1 : 0).bind(6, record.ca_file);
    if (!TRY(insert.bind(7, record.created).bind(8, record.updated).step())) {
      return std::unexpected(registry_exists(record.registry));
    }
    if (record.user.empty()) return {};
    return seal(record.registry, password);
  }));
  return record;
}

Result<RegistryRecord> Registries::update(RegistryRecord record,
                                          const std::optional<Secret>& password) {
  record.registry = TRY(canonical_registry_name(record.registry));
  TRY(check_registry_user(record.user));
  if (record.name.empty()) record.name = record.registry;
  record.updated = clock_.now();
  TRY(database_.transaction([&]() -> Result<void> {
    Statement change = TRY(database_.prepare(
        "UPDATE registries SET name = $2, type = $3, username = $4, verify = $5, ca_file = $6, "
        "updated = $7 WHERE registry = $1 RETURNING created"));
    change.bind(1, record.registry).bind(2, record.name).bind(3, record.type).bind(4, record.user);
    change.bind(5, record.verify ? 1 : 0).bind(6, record.ca_file).bind(7, record.updated);
    if (!TRY(change.step())) return std::unexpected(unknown_registry(record.registry));
    record.created = change.integer(0);
    if (record.user.empty()) {
      Statement drop = TRY(database_.prepare("DELETE FROM registry_secrets WHERE registry = $1"));
      TRY(drop.bind(1, record.registry).step());
      return {};
    }
    if (password && !password->empty()) return seal(record.registry, *password);
    if (password || !TRY(has_secret(record.registry))) return password_missing(record);
    return {};
  }));
  return record;
}

Result<bool> Registries::has_secret(const std::string& registry) {
  Statement query = TRY(database_.prepare("SELECT 1 FROM registry_secrets WHERE registry = $1"));
  return query.bind(1, registry).step();
}

// A new data key and the next version each time, so that an old envelope put back is refused.
Result<void> Registries::seal(const std::string& registry, const Secret& password) {
  const KeyRing* ring = TRY(key_.for_sealing());
  Statement query =
      TRY(database_.prepare("SELECT version FROM registry_secrets WHERE registry = $1"));
  std::int64_t version = TRY(query.bind(1, registry).step()) ? query.integer(0) + 1 : 1;
  Bytes envelope = TRY(ring->seal(password, binding(registry, version)));
  Statement put = TRY(database_.prepare(
      "INSERT INTO registry_secrets (registry, version, key_id, envelope) VALUES ($1, $2, $3, $4) "
      "ON CONFLICT (registry) DO UPDATE SET version = excluded.version, "
      "key_id = excluded.key_id, envelope = excluded.envelope"));
  TRY(put.bind(1, registry).bind(2, version).bind(3, ring->key_id()).bind(4, envelope).step());
  return {};
}

Result<void> Registries::remove(std::string_view registry) {
  std::string name = TRY(canonical_registry_name(registry));
  return database_.transaction([&]() -> Result<void> {
    Statement drop =
        TRY(database_.prepare("DELETE FROM registries WHERE registry = $1 RETURNING registry"));
    if (!TRY(drop.bind(1, name).step())) return std::unexpected(unknown_registry(name));
    return {};
  });
}

Result<RegistryRecord> Registries::get(std::string_view registry) {
  std::string name = TRY(canonical_registry_name(registry));
  Statement query = TRY(database_.prepare(fmt::format("{} WHERE registry = $1", kSelect)));
  if (!TRY(query.bind(1, name).step())) return std::unexpected(unknown_registry(name));
  return read_record(query);
}

Result<std::vector<RegistryRecord>> Registries::list() {
  Statement query = TRY(database_.prepare(fmt::format("{} ORDER BY registry", kSelect)));
  std::vector<RegistryRecord> records;
  while (TRY(query.step())) records.push_back(read_record(query));
  return records;
}

Result<Secret> Registries::password(std::string_view registry) {
  RegistryRecord record = TRY(get(registry));
  if (record.user.empty()) return Secret();
  const KeyRing* ring = TRY(key_.for_opening());
  Statement query =
      TRY(database_.prepare("SELECT version, envelope FROM registry_secrets WHERE registry = $1"));
  // A user whose secret has vanished must not become an anonymous pull.
  if (!TRY(query.bind(1, record.registry).step())) {
    return fail(ErrorKind::corrupt, "store.secret_unreadable",
                fmt::format("registry {}: its stored secret is gone", record.registry),
                "give the password again with 'tallyman registry update'");
  }
  Result<Secret> secret =
      ring->open_sealed(query.blob(1), binding(record.registry, query.integer(0)));
  if (!secret) return std::unexpected(with_context(secret.error(), record.registry));
  return secret;
}

Result<std::optional<RegistryRecord>> Registries::serving(std::string_view registry,
                                                          std::string_view repository) {
  std::vector<RegistryRecord> records = TRY(list());
  std::erase_if(records, [&](const RegistryRecord& record) {
    return !serves(record.registry, registry, repository);
  });
  auto rank = [](const RegistryRecord& record) {
    return std::pair(record.registry.size(), !record.registry.ends_with('*'));
  };
  auto best = std::ranges::max_element(records, {}, rank);
  if (best == records.end()) return std::nullopt;
  return std::move(*best);
}

}  // namespace tallyman
