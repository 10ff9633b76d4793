#include "store/database.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <vector>

#include "store/migrations.h"
#include "store/test_support.h"
#include "support/shared.h"

namespace tallyman {
namespace {

using namespace testing_support;

class DatabaseTest : public ::testing::Test {
 protected:
  std::unique_ptr<Database> open() {
    auto database = Database::open(path_);
    EXPECT_TRUE(database.has_value()) << describe(database.error());
    return std::move(*database);
  }
  Error open_error() {
    auto database = Database::open(path_);
    EXPECT_FALSE(database.has_value());
    return database ? Error{} : database.error();
  }
  static std::int64_t number(Database& database, std::string_view sql) {
    Statement query = database.prepare(sql).value();
    EXPECT_TRUE(query.step().value());
    return query.integer(0);
  }
  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_.path() / "a.db";
};

TEST_F(DatabaseTest, FilesArePrivateFromTheStart) {
  mode_t before = ::umask(0);
  auto database = open();
  ASSERT_TRUE(database->execute("CREATE TABLE t (a BIGINT)"));
  ::umask(before);
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    EXPECT_EQ(mode_of(entry.path()), 0600U) << entry.path();
    ++files;
  }
  EXPECT_EQ(files, 3U) << "the database, its log and its shared memory";
}

TEST_F(DatabaseTest, HasTheNewestSchema) {
  auto database = open();
  EXPECT_EQ(number(*database, "PRAGMA user_version"),
            static_cast<std::int64_t>(migrations().size()));
  EXPECT_EQ(number(*database, "SELECT COUNT(*) FROM registries"), 0);
}

TEST_F(DatabaseTest, ValuesComeBackAsTheyWere) {
  auto database = open();
  ASSERT_TRUE(database->execute("CREATE TABLE t (a BIGINT, b TEXT NOT NULL, c BLOB NOT NULL)"));
  const std::string text("a\0b'; DROP TABLE t; --\xC3\xBC", 24);
  const Bytes blob = {0, 1, 255, 0};
  Statement put = database->prepare("INSERT INTO t VALUES ($1, $2, $3)").value();
  EXPECT_FALSE(put.bind(1, INT64_MIN).bind(2, text).bind(3, blob).step().value());
  Statement empty = database->prepare("INSERT INTO t VALUES ($1, $2, $3)").value();
  EXPECT_FALSE(empty.bind(1, 7).bind(2, std::string_view()).bind(3, ByteView()).step().value());
  Statement get = database->prepare("SELECT a, b, c FROM t ORDER BY a").value();
  ASSERT_TRUE(get.step().value());
  EXPECT_EQ(get.integer(0), INT64_MIN);
  EXPECT_EQ(get.text(1), text);
  EXPECT_EQ(get.blob(2), blob);
  ASSERT_TRUE(get.step().value());
  EXPECT_EQ(get.text(1), "");
  EXPECT_EQ(get.blob(2), Bytes());
  EXPECT_FALSE(get.step().value());
}

TEST_F(DatabaseTest, ParametersGoByTheirNumberNotTheirPlace) {
  auto database = open();
  Statement query = database->prepare("SELECT $2, $1, $2").value();
  ASSERT_TRUE(query.bind(1, "one").bind(2, "two").step().value());
  EXPECT_EQ(query.text(0) + query.text(1) + query.text(2), "twoonetwo");
}

TEST_F(DatabaseTest, MistakesOfTheCallerAreErrors) {
  auto database = open();
  EXPECT_FALSE(database->prepare("SELEKT 1").has_value());
  EXPECT_FALSE(database->execute("SELECT * FROM nowhere").has_value());
  Statement query = database->prepare("SELECT $1").value();
  EXPECT_FALSE(query.bind(2, 5).step().has_value());
}

TEST_F(DatabaseTest, TransactionIsAllOrNothing) {
  auto database = open();
  ASSERT_TRUE(database->execute("CREATE TABLE t (a BIGINT)"));
  auto failed = database->transaction([&]() -> Result<void> {
    TRY(database->execute("INSERT INTO t VALUES (1)"));
    return fail(ErrorKind::invalid, "test", "no");
  });
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().code, "test");
  EXPECT_EQ(number(*database, "SELECT COUNT(*) FROM t"), 0);
  ASSERT_TRUE(database->transaction([&] { return database->execute("INSERT INTO t VALUES (1)"); }));
  EXPECT_EQ(number(*database, "SELECT COUNT(*) FROM t"), 1);
}

TEST_F(DatabaseTest, ForeignKeysHold) {
  auto database = open();
  auto orphan = database->execute("INSERT INTO registry_secrets VALUES ('none', 1, 'k', 'e')");
  ASSERT_FALSE(orphan.has_value());
  EXPECT_EQ(orphan.error().code, "store.constraint");
}

TEST_F(DatabaseTest, FileThatIsNoDatabaseIsRefusedAndUntouched) {
  std::string random(10'000, '\0');
  std::uint32_t state = 1;
  for (char& c : random) c = static_cast<char>((state = state * 1664525U + 1013904223U) >> 24U);
  const std::vector<std::string> files = {"x", "hello, this is text\n", random,
                                          std::string(4096, '\0'),
                                          std::string("SQLite format 3\0", 16) + random};
  for (const std::string& text : files) {
    put_file(path_, text);
    Error error = open_error();
    EXPECT_EQ(error.code, "store.malformed") << error.context;
    EXPECT_EQ(error.kind, ErrorKind::corrupt);
    EXPECT_NE(error.context.find(path_.string()), std::string::npos);
    EXPECT_TRUE(file_text(path_) == text) << "was changed";
  }
}

TEST_F(DatabaseTest, DatabaseOfAnotherProgramIsRefusedAndUntouched) {
  {
    auto database = open();
    ASSERT_TRUE(database->execute("PRAGMA application_id = 0; PRAGMA user_version = 0"));
  }
  std::string before = file_text(path_);
  Error error = open_error();
  EXPECT_EQ(error.code, "store.malformed");
  EXPECT_NE(error.context.find("another program"), std::string::npos);
  EXPECT_TRUE(file_text(path_) == before) << "was changed";
}

TEST_F(DatabaseTest, NewerSchemaIsRefusedAndUntouched) {
  ASSERT_TRUE(open()->execute("PRAGMA user_version = 4000"));
  std::string before = file_text(path_);
  Error error = open_error();
  EXPECT_EQ(error.code, "store.newer");
  EXPECT_EQ(error.kind, ErrorKind::unsupported);
  EXPECT_TRUE(file_text(path_) == before) << "was changed";
}

TEST_F(DatabaseTest, OtherKindsOfFileAreRefused) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(open_error().code, "store.malformed");
  std::filesystem::remove(path_);
  std::filesystem::create_directory(path_);
  EXPECT_EQ(open_error().code, "store.malformed");
}

TEST_F(DatabaseTest, FolderThatCannotBeWrittenIsNamed) {
  std::filesystem::permissions(
      folder_.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  int status = in_child([&] {
    if (::geteuid() == 0) {
      if (::chmod(folder_.path().c_str(), 0555) != 0 || ::seteuid(65534) != 0) return 2;
    }
    auto database = Database::open(path_);
    if (database) return 3;
    bool named = database.error().context.find(path_.string()) != std::string::npos;
    return database.error().kind == ErrorKind::denied && named ? 0 : 4;
  });
  EXPECT_EQ(status, 0);
  std::filesystem::permissions(folder_.path(), std::filesystem::perms::owner_all);
}

TEST_F(DatabaseTest, FileThatCannotBeWrittenIsNamed) {
  open();
  std::filesystem::permissions(folder_.path(), std::filesystem::perms::all);
  int status = in_child([&] {
    if (::chmod(path_.c_str(), 0444) != 0) return 2;
    if (::geteuid() == 0 && ::seteuid(65534) != 0) return 2;
    auto database = Database::open(path_);
    if (!database) return database.error().kind == ErrorKind::denied ? 0 : 3;
    auto written = (*database)->execute("CREATE TABLE t (a BIGINT)");
    return !written && written.error().code == "store.denied" ? 0 : 4;
  });
  EXPECT_EQ(status, 0);
}

TEST_F(DatabaseTest, DamagedDatabaseNeverCrashes) {
  {
    auto database = open();
    for (int i = 0; i < 50; ++i) {
      ASSERT_TRUE(database->execute("INSERT INTO registries VALUES ('host" + std::to_string(i) +
                                    "', 'n', 't', 'u', 1, '', 1, 1)"));
    }
  }
  const std::string good = file_text(path_);
  for (std::size_t at = 0; at < good.size(); at += at < 200 ? 7 : 379) {
    std::string damaged = good;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    put_file(path_, damaged);
    auto database = Database::open(path_);
    if (!database) continue;
    auto query = (*database)->prepare("SELECT * FROM registries ORDER BY registry");
    while (query && query->step().value_or(false)) query->text(0);
  }
  for (std::size_t size = 1; size < good.size(); size += 1021) {
    put_file(path_, good.substr(0, size));
    auto database = Database::open(path_);
    if (database) (void)(*database)->execute("SELECT * FROM registries");
  }
}

TEST(MigrationsTest, SayNothingThatOnlyOneEngineUnderstands) {
  for (const Migration& step : migrations()) {
    for (std::string_view banned : {"AUTOINCREMENT", "INTEGER", "PRAGMA", "datetime", "DATETIME",
                                    "REPLACE", "WITHOUT ROWID", "`", "BOOLEAN", "?"}) {
      EXPECT_EQ(step.sql.find(banned), std::string_view::npos) << step.name << ": " << banned;
    }
  }
}

}  // namespace
}  // namespace tallyman
