#include "catalog/rpm_sqlite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <memory>

#include "base/file.h"
#include "parse/testing/rpm_writer.h"

namespace tallyman {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// The bytes of a database made by these statements.
Bytes database_of(const std::string& statements) {
  sqlite3* database = nullptr;
  EXPECT_EQ(sqlite3_open(":memory:", &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, statements.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(database);
  sqlite3_int64 size = 0;
  unsigned char* bytes = sqlite3_serialize(database, "main", &size, 0);
  Bytes file(bytes, bytes + size);
  sqlite3_free(bytes);
  sqlite3_close(database);
  return file;
}

struct Seen {
  std::vector<std::string> headers;
  std::vector<std::string> broken;
  std::string end = "ok";
  std::string why;
};

Seen read(const Bytes& file, const RpmSqliteLimits& limits = {}) {
  Seen seen;
  RpmDatabaseVisitor visitor{
      .header =
          [&](ByteView header) {
            seen.headers.emplace_back(as_text(header));
            return seen.headers.size() < 5;
          },
      .broken = [&](const std::string& what) { seen.broken.push_back(what); }};
  if (Result<void> done = read_rpm_sqlite(file, visitor, limits); !done) {
    seen.end = done.error().code;
    seen.why = done.error().context;
  }
  return seen;
}

constexpr const char* kTable =
    "PRAGMA page_size=512;"
    "CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL);";

TEST(RpmSqlite, VisitsEveryRow) {
  Seen seen = read(database_of(std::string(kTable) +
                               "INSERT INTO Packages VALUES (1, x'61'), (2, x'62'), (9, x'63');"));
  EXPECT_THAT(seen.headers, ElementsAre("a", "b", "c"));
  EXPECT_EQ(seen.end, "ok");
}

TEST(RpmSqlite, ReadsADatabaseInWalMode) {
  Bytes file = database_of(std::string(kTable) + "INSERT INTO Packages VALUES (1, x'61');");
  file[18] = 2;
  file[19] = 2;
  EXPECT_THAT(read(file).headers, ElementsAre("a"));
}

TEST(RpmSqlite, StopsWhenTheVisitorHasEnough) {
  Seen seen =
      read(database_of(std::string(kTable) +
                       "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 9) "
                       "INSERT INTO Packages SELECT i, x'61' FROM n;"));
  EXPECT_EQ(seen.headers.size(), 5U);
}

TEST(RpmSqlite, ARowOfAnotherTypeIsBroken) {
  Seen seen =
      read(database_of(std::string(kTable) + "INSERT INTO Packages VALUES (1, 'a'), (2, x'62');"));
  EXPECT_THAT(seen.headers, ElementsAre("b"));
  EXPECT_THAT(seen.broken, ElementsAre(HasSubstr("row 1")));
}

TEST(RpmSqlite, RefusesWhatIsNoDatabase) {
  EXPECT_EQ(read({}).end, "rpm.sqlite_malformed");
  EXPECT_EQ(read(Bytes(4096)).end, "rpm.sqlite_malformed");
  Bytes file = database_of(kTable);
  file.resize(100);
  EXPECT_EQ(read(file).end, "rpm.sqlite_malformed");
}

TEST(RpmSqlite, NamesAMissingTable) {
  Seen seen = read(database_of("CREATE TABLE Other (blob);"));
  EXPECT_EQ(seen.end, "rpm.sqlite_malformed");
  EXPECT_THAT(seen.why, HasSubstr("no such table"));
}

// A schema is a program: none of these may run.
TEST(RpmSqlite, RefusesAHostileSchema) {
  for (const char* schema :
       {"CREATE VIEW Packages AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) "
        "SELECT x'61' AS blob FROM n;",
        "CREATE TABLE Other (blob); CREATE VIEW Packages AS SELECT blob FROM Other;",
        "CREATE TABLE Packages (hnum, blob AS (zeroblob(1000000000)));"
        "INSERT INTO Packages VALUES (1);",
        "CREATE TABLE Packages (hnum, blob AS (replace(hex(hnum), '3', 'xx')) STORED);"
        "INSERT INTO Packages VALUES (1);",
        "CREATE VIRTUAL TABLE Packages USING fts5(blob);"}) {
    Seen seen = read(database_of(schema));
    EXPECT_THAT(seen.headers, IsEmpty()) << schema;
    EXPECT_EQ(seen.end == "ok" && seen.broken.empty(), false) << schema;
  }
}

TEST(RpmSqlite, BoundsItsSteps) {
  Bytes file = database_of(std::string(kTable) + "CREATE TABLE a (x); CREATE INDEX b ON a(x);" +
                           "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT "
                           "3000) INSERT INTO Packages SELECT i, 'text' FROM n;");
  EXPECT_EQ(read(file).end, "ok");
  EXPECT_EQ(read(file, {.steps = 3000}).end, "rpm.sqlite_limit");
}

// Two rows whose values, of 20,000 bytes each, are the same overflow pages, in a file that has the
// bytes of little more than one; empty when SQLite laid the table out in another way.
Bytes two_rows_of_one_chain(const std::string& value) {
  Bytes file = database_of(std::string(kTable) + "INSERT INTO Packages VALUES (1, " + value +
                           "), (2, " + value + ");");
  // The leaf holds two cells, each ending in the number of its first overflow page.
  auto as_page = [&](std::size_t page) { return ByteView(file).subspan((page - 1) * 512, 512); };
  std::size_t leaf = 0;
  for (std::size_t page = 2; page <= file.size() / 512; ++page) {
    bool holds_both = as_page(page)[0] == 13 && load_be<std::uint16_t>(as_page(page), 3) == 2;
    if (holds_both) leaf = page;
  }
  if (leaf == 0) return {};
  std::size_t first = load_be<std::uint16_t>(as_page(leaf), 8);
  std::size_t second = load_be<std::uint16_t>(as_page(leaf), 10);
  std::size_t cell = first - second;
  std::size_t base = (leaf - 1) * 512;
  std::copy_n(file.begin() + static_cast<std::ptrdiff_t>(base + first + cell - 4), 4,
              file.begin() + static_cast<std::ptrdiff_t>(base + second + cell - 4));
  file.resize(base + 512 + 42 * 512);
  testing_support::put(file, 28, file.size() / 512, testing_support::ByteOrder::big);
  return file;
}

// Every row of a table may name the same overflow pages: the bytes read stay bounded.
TEST(RpmSqlite, RowsMayNotShareTheirBytes) {
  Bytes file = two_rows_of_one_chain("zeroblob(20000)");
  if (file.empty()) GTEST_SKIP() << "SQLite laid the table out in another way";
  Seen seen = read(file);
  EXPECT_EQ(seen.headers.size(), 1U) << seen.why;
  EXPECT_THAT(seen.broken, ElementsAre(HasSubstr("rows share their bytes")));
}

// SQLite puts a text together from its pages too, though it is no header.
TEST(RpmSqlite, RowsOfAnotherTypeMayNotShareTheirBytes) {
  Bytes file = two_rows_of_one_chain("hex(zeroblob(10000))");
  if (file.empty()) GTEST_SKIP() << "SQLite laid the table out in another way";
  EXPECT_THAT(read(file).broken, ElementsAre(HasSubstr("row 1 holds no package header"),
                                             HasSubstr("rows share their bytes")));
}

}  // namespace
}  // namespace tallyman
