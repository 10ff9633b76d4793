#pragma once
// SQLite with Result instead of exceptions: a connection, a statement, a transaction.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace tallyman {

class Statement {
 public:
  ~Statement();
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) noexcept;

  // Parameters $1, $2 ... in order.
  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, std::string_view text);
  Statement& bind(int index, ByteView blob);

  // True when a row is ready, false when done.
  Result<bool> step();
  std::int64_t integer(int column) const;
  std::string text(int column) const;
  Bytes blob(int column) const;

 private:
  friend class Database;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  sqlite3_stmt* statement_ = nullptr;
};

class Database {
 public:
  // Opens or creates (mode 0600, WAL, foreign keys, busy timeout 10 s) and migrates to the newest
  // schema. A database of a newer schema is refused: unsupported "store.newer". A file that is
  // not a database: corrupt "store.malformed".
  static Result<std::unique_ptr<Database>> open(const std::filesystem::path& path);
  ~Database();

  Result<Statement> prepare(std::string_view sql);
  Result<void> execute(std::string_view sql);

  // Runs `body` in one immediate transaction: committed if it returns a value, rolled back if an
  // error.
  Result<void> transaction(const std::function<Result<void>()>& body);

 private:
  explicit Database(sqlite3* handle) : handle_(handle) {}
  sqlite3* handle_ = nullptr;
};

}  // namespace tallyman
