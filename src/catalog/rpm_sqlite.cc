#include "catalog/rpm_sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "base/text.h"

namespace tallyman {
namespace {

constexpr std::size_t kHeaderSize = 100;
// "File format write version" and "read version": 2 means a write-ahead log beside the file,
// which a database in memory cannot have. SQLite refuses to open it until both say 1.
constexpr std::size_t kFormatVersions = 18;
constexpr std::string_view kMagic("SQLite format 3\0", 16);
constexpr int kStepsPerCheck = 1000;

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
struct CloseStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;
using Statement = std::unique_ptr<sqlite3_stmt, CloseStatement>;

std::unexpected<Error> malformed(std::string_view what) {
  return fail(ErrorKind::corrupt, "rpm.sqlite_malformed", fmt::format("rpm database: {}", what));
}

std::unexpected<Error> sqlite_error(sqlite3* database, int status) {
  if (status == SQLITE_INTERRUPT) {
    return fail(ErrorKind::too_large, "rpm.sqlite_limit",
                "rpm database: reading it takes more steps than any real one");
  }
  return malformed(sqlite3_errmsg(database));
}

// The query may read one column of one table and nothing else.
int authorize(void*, int action, const char* first, const char* second, const char*, const char*) {
  if (action == SQLITE_SELECT) return SQLITE_OK;
  bool allowed = action == SQLITE_READ && first != nullptr && second != nullptr &&
                 equals_ignoring_case(first, "Packages") && equals_ignoring_case(second, "blob");
  return allowed ? SQLITE_OK : SQLITE_DENY;
}

int count_steps(void* left) {
  auto* steps = static_cast<int*>(left);
  *steps -= kStepsPerCheck;
  return *steps < 0 ? 1 : 0;
}

void harden(sqlite3* database, std::size_t file_size) {
  constexpr std::array<std::pair<int, int>, 5> kSwitches = {{
      {SQLITE_DBCONFIG_DEFENSIVE, 1},
      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
      {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
      {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
      {SQLITE_DBCONFIG_DQS_DDL, 1},  // old rpm quotes its column types
  }};
  for (auto [option, value] : kSwitches) {
    sqlite3_db_config(database, option, value, static_cast<int*>(nullptr));
  }
  constexpr std::array<std::pair<int, int>, 8> kLimits = {{
      {SQLITE_LIMIT_SQL_LENGTH, 64 << 10},
      {SQLITE_LIMIT_COLUMN, 64},
      {SQLITE_LIMIT_EXPR_DEPTH, 32},
      {SQLITE_LIMIT_COMPOUND_SELECT, 2},
      {SQLITE_LIMIT_VDBE_OP, 10'000},
      {SQLITE_LIMIT_ATTACHED, 0},
      {SQLITE_LIMIT_TRIGGER_DEPTH, 1},
      {SQLITE_LIMIT_WORKER_THREADS, 0},
  }};
  for (auto [limit, value] : kLimits) sqlite3_limit(database, limit, value);
  auto longest = std::min<std::size_t>(std::max<std::size_t>(file_size, 1 << 20), 1 << 30);
  sqlite3_limit(database, SQLITE_LIMIT_LENGTH, static_cast<int>(longest));
  sqlite3_set_authorizer(database, authorize, nullptr);
}

Result<Database> open_in_memory(ByteView file) {
  sqlite3* raw = nullptr;
  int status =
      sqlite3_open_v2(":memory:", &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(raw);
  if (status != SQLITE_OK) return malformed("SQLite cannot start");
  auto* copy = static_cast<unsigned char*>(sqlite3_malloc64(file.size()));
  if (copy == nullptr) return malformed("no memory for a copy");
  std::memcpy(copy, file.data(), file.size());
  copy[kFormatVersions] = 1;
  copy[kFormatVersions + 1] = 1;
  auto size = static_cast<sqlite3_int64>(file.size());
  status = sqlite3_deserialize(database.get(), "main", copy, size, size,
                               SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_READONLY);
  if (status != SQLITE_OK) return sqlite_error(database.get(), status);
  harden(database.get(), file.size());  // only now: sqlite3_deserialize() itself attaches
  return database;
}

// False when the visitor has had enough or `budget` bytes have been read.
bool visit_row(sqlite3_stmt* row, const RpmDatabaseVisitor& visitor, std::size_t number,
               std::size_t& budget) {
  bool is_blob = sqlite3_column_type(row, 0) == SQLITE_BLOB;
  const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(row, 0));
  ByteView header(bytes, static_cast<std::size_t>(sqlite3_column_bytes(row, 0)));
  // Of any type: SQLite has already put the value together, page by page.
  if (header.size() > budget) {
    visitor.broken(fmt::format("rpm database: row {}: rows share their bytes", number));
    return false;
  }
  budget -= header.size();
  if (is_blob) return visitor.header(header);
  visitor.broken(fmt::format("rpm database: row {} holds no package header", number));
  return true;
}

}  // namespace

Result<void> read_rpm_sqlite(ByteView file, const RpmDatabaseVisitor& visitor,
                             const RpmSqliteLimits& limits) {
  if (file.size() < kHeaderSize || !as_text(file).starts_with(kMagic)) {
    return malformed("not an SQLite database");
  }
  Database database = TRY(open_in_memory(file));
  int steps = limits.steps;
  sqlite3_progress_handler(database.get(), kStepsPerCheck, count_steps, &steps);
  sqlite3_stmt* raw = nullptr;
  int status = sqlite3_prepare_v2(database.get(), "SELECT blob FROM Packages", -1, &raw, nullptr);
  Statement rows(raw);
  if (status != SQLITE_OK) return sqlite_error(database.get(), status);
  std::size_t budget = file.size();
  for (std::size_t number = 1; (status = sqlite3_step(raw)) == SQLITE_ROW; ++number) {
    if (!visit_row(raw, visitor, number, budget)) return {};
  }
  if (status != SQLITE_DONE) return sqlite_error(database.get(), status);
  return {};
}

}  // namespace tallyman
