#pragma once
// SQLite with Result instead of exceptions: a connection, a statement, a transaction. One
// connection belongs to one thread at a time; any number of connections and processes may share
// a file.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace tallyman {

// A prepared statement; ends before its Database does.
class Statement {
 public:
  ~Statement();
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) noexcept;

  // Parameter $INDEX, wherever it stands in the text; the value is copied. A failure is reported by
  // step().
  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, std::string_view text);
  Statement& bind(int index, ByteView blob);

  // True when a row is ready, false when done. Errors as Database::execute.
  Result<bool> step();
  // Columns from 0. REQUIRES: step() returned true.
  std::int64_t integer(int column) const;
  std::string text(int column) const;
  Bytes blob(int column) const;

 private:
  friend class Database;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  int position(int index) const;
  void note(int result_code);

  sqlite3_stmt* statement_ = nullptr;
  int bind_failure_ = 0;
};

class Database {
 public:
  // Opens or creates (mode 0600, WAL, foreign keys, busy timeout 10 s) and migrates to the newest
  // schema. The folder must exist. Errors: corrupt "store.malformed" (not a database, another
  // program's, or damaged; the file is left untouched), unsupported "store.newer" (made by a
  // newer release), denied "store.denied", internal "store.full", those of file_error.
  static Result<std::unique_ptr<Database>> open(const std::filesystem::path& path);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Errors: unavailable "store.busy" (locked for longer than the time-out), internal "store.full"
  // (disk, quota or file size limit), denied "store.denied", corrupt "store.malformed", internal
  // "store.io". Contexts name the file, never a value.
  Result<Statement> prepare(std::string_view sql);
  // Runs one or several statements without parameters, ignoring their rows.
  Result<void> execute(std::string_view sql);

  // Runs `body` in one immediate transaction: committed if it returns a value, rolled back if an
  // error. Not nested.
  Result<void> transaction(const std::function<Result<void>()>& body);

 private:
  explicit Database(sqlite3* handle) : handle_(handle) {}
  Result<std::int64_t> number(std::string_view sql);
  Result<std::size_t> schema_version();
  Result<void> harden();
  Result<void> recognise();
  Result<void> migrate();

  sqlite3* handle_ = nullptr;
};

}  // namespace tallyman
