#pragma once
// The two page formats of rpm's own databases: where the package headers lie in them. The third
// (SQLite) is catalog/rpm_sqlite.h, because it needs that library.

#include <cstdint>
#include <functional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace tallyman {

// What a database reader calls while it reads. Both functions must be set.
struct RpmDatabaseVisitor {
  // One package header (parse/rpm_header.h); the view is good during the call only.
  // False stops the reading, which then returns success.
  std::function<bool(ByteView header)> header;
  // One package could not be read, with the reason and the offset in the file; the rest goes on.
  std::function<void(const std::string& what)> broken;
};

// "Packages.db", rpm's own format (SUSE). Slots are read in file order. No more bytes are handed
// over than the file has: slots that share a blob are broken. Errors: corrupt
// "rpm.ndb_malformed" with the offset, when the file as a whole cannot be read or ends early
// (packages met before that have been visited).
Result<void> read_rpm_ndb(ByteView file, const RpmDatabaseVisitor& visitor);

// "Packages", a Berkeley DB hash of either byte order (versions 8 to 10 of the format). Pages
// are read in file order; an overflow page counts once, so that the bytes handed over are no more
// than the file has. Errors: corrupt "rpm.bdb_malformed", unsupported "rpm.bdb_unsupported"
// (another access method, encrypted or checksummed pages, another version).
Result<void> read_rpm_bdb(ByteView file, const RpmDatabaseVisitor& visitor);

}  // namespace tallyman
