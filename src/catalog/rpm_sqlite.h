#pragma once
// rpm's SQLite database, read from memory without a file and without trust in its schema.

#include "parse/rpm_database.h"

namespace tallyman {

struct RpmSqliteLimits {
  int steps = 2'000'000;  // of SQLite's virtual machine: reading the schema and every row
};

// "rpmdb.sqlite": every value of the column "blob" of the table "Packages", in the table's own
// order. Works on a copy of `file`. Views, triggers and every other table are out of reach of
// the query, whatever the file's schema says. No more bytes are handed over than the file has.
// Errors: corrupt "rpm.sqlite_malformed" with SQLite's reason, too_large "rpm.sqlite_limit";
// packages met before an error have been visited.
Result<void> read_rpm_sqlite(ByteView file, const RpmDatabaseVisitor& visitor,
                             const RpmSqliteLimits& limits = {});

}  // namespace tallyman
