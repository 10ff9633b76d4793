#include "store/store.h"

#include <system_error>

#include "base/file.h"

namespace tallyman {

std::filesystem::path Store::database_file(const std::filesystem::path& folder) {
  return folder / "tallyman.db";
}

std::filesystem::path Store::key_file(const std::filesystem::path& folder) {
  return folder / "tallyman.key";
}

Store::Store(std::unique_ptr<Database> database, const std::filesystem::path& folder, Clock& clock)
    : database_(std::move(database)),
      key_(*database_, key_file(folder), clock),
      registries_(*database_, key_, clock) {}

Result<std::unique_ptr<Store>> Store::open(const std::filesystem::path& folder, Clock& clock) {
  TRY(make_folder(folder, 0700));
  std::unique_ptr<Database> database = TRY(Database::open(database_file(folder)));
  std::unique_ptr<Store> store(new Store(std::move(database), folder, clock));
  TRY(store->key_.check());
  return store;
}

Result<std::unique_ptr<Store>> Store::open_existing(const std::filesystem::path& folder,
                                                    Clock& clock) {
  std::error_code error;
  std::filesystem::file_status status = std::filesystem::status(database_file(folder), error);
  if (status.type() == std::filesystem::file_type::not_found) return nullptr;
  return open(folder, clock);
}

}  // namespace tallyman
