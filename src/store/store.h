#pragma once
// The embedded store: one SQLite file and its key file in the data folder.

#include <filesystem>
#include <memory>

#include "base/clock.h"
#include "base/result.h"
#include "store/database.h"
#include "store/registries.h"
#include "store/store_key.h"

namespace tallyman {

// Used by one thread at a time; any number of processes may have the same folder open.
class Store {
 public:
  // Opens or creates FOLDER/tallyman.db (the folder with mode 0700). Fails when it holds secrets
  // and FOLDER/tallyman.key is not the key that sealed them: not_found "key.missing", corrupt
  // "key.mismatch". The key file itself is made with the first secret. Other errors: those of
  // Database::open and KeyRing::open. `clock` must outlive the store.
  static Result<std::unique_ptr<Store>> open(const std::filesystem::path& folder,
                                             Clock& clock = system_clock());
  // The same, but creates nothing: nullptr when there is no store yet.
  static Result<std::unique_ptr<Store>> open_existing(const std::filesystem::path& folder,
                                                      Clock& clock = system_clock());

  Registries& registries() { return registries_; }

  static std::filesystem::path database_file(const std::filesystem::path& folder);
  static std::filesystem::path key_file(const std::filesystem::path& folder);

 private:
  Store(std::unique_ptr<Database> database, const std::filesystem::path& folder, Clock& clock);

  std::unique_ptr<Database> database_;
  StoreKey key_;
  Registries registries_;
};

}  // namespace tallyman
