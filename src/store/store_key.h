#pragma once
// The store's key and the check value that ties them: the database remembers the id of the key
// that sealed its secrets, so a store copied without its key, or laid beside another one, is
// noticed before anything is read or sealed.

#include <filesystem>
#include <memory>

#include "base/clock.h"
#include "base/result.h"
#include "store/database.h"
#include "store/envelope.h"

namespace tallyman {

// `database` and `clock` must outlive it. Used by one thread at a time, as the database is.
class StoreKey {
 public:
  StoreKey(Database& database, std::filesystem::path file, Clock& clock)
      : database_(database), file_(std::move(file)), clock_(clock) {}

  // Fails when the store holds a secret that the key file cannot open: not_found "key.missing",
  // corrupt "key.mismatch", and the errors of KeyRing::open. Makes no key.
  Result<void> check();

  // The key that sealed what is stored. The pointer lives as long as this object. Errors as
  // check(); "key.missing" also when nothing was ever sealed.
  Result<const KeyRing*> for_opening();

  // The same, but makes the key file when nothing is sealed yet, and records its id. REQUIRES:
  // inside a transaction of the database.
  Result<const KeyRing*> for_sealing();

 private:
  Result<bool> anything_sealed();
  Result<std::string> recorded_id();
  Result<void> record(const std::string& key_id);

  Database& database_;
  std::filesystem::path file_;
  Clock& clock_;
  std::unique_ptr<KeyRing> ring_;  // read at first use
};

}  // namespace tallyman
