#include "store/store_key.h"

#include <fmt/format.h>

namespace tallyman {
namespace {

std::string key_hint(const std::filesystem::path& file) {
  return fmt::format(
      "put the store's own key file back at {}; without it the stored passwords are lost: to "
      "start afresh, move the database beside it away and add the registries again",
      file.string());
}

}  // namespace

Result<bool> StoreKey::anything_sealed() {
  Statement query = TRY(database_.prepare("SELECT 1 FROM registry_secrets LIMIT 1"));
  return query.step();
}

Result<std::string> StoreKey::recorded_id() {
  Statement query = TRY(database_.prepare("SELECT key_id FROM store_key WHERE id = 1"));
  if (!TRY(query.step())) return std::string();
  return query.text(0);
}

Result<void> StoreKey::record(const std::string& key_id) {
  Statement insert = TRY(database_.prepare(
      "INSERT INTO store_key (id, key_id, created) VALUES (1, $1, $2) "
      "ON CONFLICT (id) DO UPDATE SET key_id = excluded.key_id, created = excluded.created"));
  TRY(insert.bind(1, key_id).bind(2, clock_.now()).step());
  return {};
}

Result<void> StoreKey::check() {
  if (TRY(anything_sealed())) TRY(for_opening());
  return {};
}

Result<const KeyRing*> StoreKey::for_opening() {
  if (ring_ == nullptr) {
    Result<std::unique_ptr<KeyRing>> opened = KeyRing::open(file_, false);
    if (!opened) {
      Error error = opened.error();
      if (error.kind == ErrorKind::not_found) error.hint = key_hint(file_);
      return std::unexpected(with_context(std::move(error), "the store holds passwords"));
    }
    ring_ = std::move(*opened);
  }
  std::string recorded = TRY(recorded_id());
  if (recorded != ring_->key_id()) {
    ring_.reset();  // so that the right file, once put back, is read
    return fail(ErrorKind::corrupt, "key.mismatch",
                fmt::format("the key file {} is not the one that sealed this store's passwords",
                            file_.string()),
                key_hint(file_));
  }
  return ring_.get();
}

Result<const KeyRing*> StoreKey::for_sealing() {
  if (TRY(anything_sealed())) return for_opening();
  ring_ = TRY(KeyRing::open(file_, true));
  TRY(record(ring_->key_id()));
  return ring_.get();
}

}  // namespace tallyman
