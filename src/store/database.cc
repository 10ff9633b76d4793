#include "store/database.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "store/migrations.h"
#include "store/new_file.h"

namespace tallyman {
namespace {

constexpr int kBusyMilliseconds = 10'000;
// In the file's header, so that another program's database is told from ours: "Tlym".
constexpr std::int64_t kApplicationId = 0x546C796D;

bool out_of_space(int code, int system_errno) {
  if (code == SQLITE_FULL) return true;
  // A quota or a file size limit arrives as a plain write error.
  return code == SQLITE_IOERR &&
         (system_errno == ENOSPC || system_errno == EDQUOT || system_errno == EFBIG);
}

std::string file_of(sqlite3* handle) {
  const char* name = handle == nullptr ? nullptr : sqlite3_db_filename(handle, "main");
  return name == nullptr ? "the store" : name;
}

// The error for a result code. SQLite's own message names tables and columns, never values.
Error database_error(sqlite3* handle, int result_code, std::string_view action) {
  int code = result_code & 0xFF;
  std::string context =
      fmt::format("{} {}: {}", action, file_of(handle),
                  handle == nullptr ? sqlite3_errstr(result_code) : sqlite3_errmsg(handle));
  if (out_of_space(code, handle == nullptr ? 0 : sqlite3_system_errno(handle))) {
    return {ErrorKind::internal, "store.full", context,
            "nothing was changed; free some space on that file system and try again"};
  }
  switch (code) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorKind::unavailable, "store.busy", context,
              "another process is writing to the store; try again"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return {ErrorKind::denied, "store.denied", context,
              "the file and its folder must be writable by this user"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR:  // our SQL is fixed: only a schema that is not ours makes it fail
    case SQLITE_MISMATCH:
      return {ErrorKind::corrupt, "store.malformed", context,
              "the file is damaged or not a store; move it away or restore it from a backup"};
    case SQLITE_CONSTRAINT:
      return {ErrorKind::conflict, "store.constraint", context, {}};
    default:
      return {ErrorKind::internal, "store.io", context, {}};
  }
}

// SQLite would wait for ever on a FIFO, and takes a file of one byte for an empty one.
Result<void> expect_database_file(const std::filesystem::path& path) {
  constexpr off_t kSmallest = 512;
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return {};  // opening it says why
  if (S_ISREG(status.st_mode) && (status.st_size == 0 || status.st_size >= kSmallest)) return {};
  return fail(ErrorKind::corrupt, "store.malformed",
              fmt::format("opening {}: not a database file", path.string()),
              "move it away; the store is a file of that name");
}

}  // namespace

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement::Statement(Statement&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)), bind_failure_(other.bind_failure_) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  if (this != &other) {
    sqlite3_finalize(statement_);
    statement_ = std::exchange(other.statement_, nullptr);
    bind_failure_ = other.bind_failure_;
  }
  return *this;
}

void Statement::note(int result_code) {
  if (bind_failure_ == SQLITE_OK) bind_failure_ = result_code;
}

// SQLite takes "$2" as a name and numbers names in order of appearance; PostgreSQL takes it as
// the number that it looks like, and so do we.
int Statement::position(int index) const {
  return sqlite3_bind_parameter_index(statement_, ('$' + std::to_string(index)).c_str());
}

Statement& Statement::bind(int index, std::int64_t value) {
  note(sqlite3_bind_int64(statement_, position(index), value));
  return *this;
}

Statement& Statement::bind(int index, std::string_view text) {
  // A null pointer would bind NULL instead of the empty text.
  const char* data = text.data() == nullptr ? "" : text.data();
  note(sqlite3_bind_text64(statement_, position(index), data, text.size(), SQLITE_TRANSIENT,
                           SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind(int index, ByteView blob) {
  note(blob.empty() ? sqlite3_bind_zeroblob(statement_, position(index), 0)
                    : sqlite3_bind_blob64(statement_, position(index), blob.data(), blob.size(),
                                          SQLITE_TRANSIENT));
  return *this;
}

Result<bool> Statement::step() {
  int code = bind_failure_ == SQLITE_OK ? sqlite3_step(statement_) : bind_failure_;
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return std::unexpected(database_error(sqlite3_db_handle(statement_), code, "using"));
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string Statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Bytes Statement::blob(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  if (data == nullptr) return {};
  return {data, data + sqlite3_column_bytes(statement_, column)};
}

Database::~Database() { sqlite3_close_v2(handle_); }

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& path) {
  // Absolute, so that no relative name can look like a "file:" URI.
  std::error_code error;
  std::filesystem::path file = std::filesystem::absolute(path, error);
  if (error) {
    return fail(ErrorKind::not_found, "file.not_found",
                fmt::format("opening {}: the current folder: {}", path.string(), error.message()),
                "change to a folder that exists");
  }
  TRY(create_once(file, {}, 0600));  // SQLite gives its -wal and -shm files the same mode
  TRY(expect_database_file(file));
  sqlite3* handle = nullptr;
  int code = sqlite3_open_v2(file.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE,
                             nullptr);
  std::unique_ptr<Database> database(new Database(handle));
  if (code != SQLITE_OK) return std::unexpected(database_error(handle, code, "opening"));
  TRY(database->harden());
  TRY(database->recognise());
  TRY(database->migrate());
  return database;
}

// The file may be a stranger's: nothing in its schema may call a function or reach outside, and
// a file that is refused must not be changed by closing it.
Result<void> Database::harden() {
  sqlite3_busy_timeout(handle_, kBusyMilliseconds);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  return execute("PRAGMA cell_size_check = ON; PRAGMA foreign_keys = ON");
}

// The order matters when another process creates the schema meanwhile: once its tables are seen,
// so is the application id that came with them.
Result<void> Database::recognise() {
  std::int64_t tables = TRY(number("SELECT COUNT(*) FROM sqlite_schema"));
  std::int64_t application = TRY(number("PRAGMA application_id"));
  if (tables > 0 && application != kApplicationId) {
    return fail(ErrorKind::corrupt, "store.malformed",
                fmt::format("opening {}: a database of another program", file_of(handle_)),
                "move it away, or name another data folder with TALLYMAN_DATA_DIR");
  }
  TRY(schema_version());
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
  // FULL: what was acknowledged survives a power cut. secure_delete: an old envelope does not
  // linger in free pages.
  return execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON");
}

Result<std::size_t> Database::schema_version() {
  std::int64_t version = TRY(number("PRAGMA user_version"));
  if (version < 0 || std::cmp_greater(version, migrations().size())) {
    return fail(ErrorKind::unsupported, "store.newer",
                fmt::format("opening {}: schema version {}, this release knows {}",
                            file_of(handle_), version, migrations().size()),
                "use the release that wrote it, or a newer one");
  }
  return static_cast<std::size_t>(version);
}

Result<void> Database::migrate() {
  if (TRY(schema_version()) == migrations().size()) return {};
  return transaction([&]() -> Result<void> {
    // Read again under the lock: another process may have been first.
    std::size_t version = TRY(schema_version());
    for (const Migration& step : migrations().subspan(version)) {
      Result<void> done = execute(step.sql);
      if (!done) return std::unexpected(with_context(done.error(), step.name));
    }
    return execute(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}",
                               kApplicationId, migrations().size()));
  });
}

Result<std::int64_t> Database::number(std::string_view sql) {
  Statement statement = TRY(prepare(sql));
  return TRY(statement.step()) ? statement.integer(0) : 0;
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  int code =
      sqlite3_prepare_v2(handle_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) return std::unexpected(database_error(handle_, code, "using"));
  return Statement(statement);
}

Result<void> Database::execute(std::string_view sql) {
  int code = sqlite3_exec(handle_, std::string(sql).c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return std::unexpected(database_error(handle_, code, "using"));
  return {};
}

Result<void> Database::transaction(const std::function<Result<void>()>& body) {
  TRY(execute("BEGIN IMMEDIATE"));
  Result<void> done = body();
  if (done) done = execute("COMMIT");
  // After some failures (a full disk) SQLite has rolled back by itself, and says so here.
  if (!done && sqlite3_get_autocommit(handle_) == 0) {
    sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
  return done;
}

}  // namespace tallyman
