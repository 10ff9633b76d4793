#pragma once
// The header of one rpm package as rpm's database keeps it: an index of typed tags over one data
// area (rpm documentation, "Package format", header structure without its magic).

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace tallyman {

struct RpmHeader {
  std::string name;
  std::string version;
  std::string release;
  std::uint32_t epoch = 0;   // 0 also when the header has none: rpm compares them as equal
  std::string architecture;  // empty for public keys, which rpm lists as packages
  std::string source_rpm;    // file name, "bash-5.1-4.src.rpm"; may be empty
  std::string licence;       // may be empty
  std::string vendor;        // may be empty
  std::string modularity;    // may be empty

  // "[epoch:]version-release"; an epoch of 0 is not written.
  std::string full_version() const;
};

// Reads the tags above and ignores all others. Of a tag that occurs twice the later counts, as
// in rpm. Errors: corrupt "rpm.header_malformed" (bad counts, a tag outside the data area, wrong
// type, missing name, version or release), too_large "rpm.header_too_large" (more than 65,535
// tags, identifying text over 1 KiB, licence or vendor over 64 KiB). Contexts carry the offset in
// `blob`.
Result<RpmHeader> parse_rpm_header(ByteView blob);

// What a source package's file name says: "util-linux-2.32.1-42.el8.src.rpm" gives "util-linux"
// and "2.32.1-42.el8". Both empty when the name has another form.
struct RpmSource {
  std::string_view name;
  std::string_view version;  // "version-release"
};
RpmSource split_source_rpm(std::string_view file_name);

}  // namespace tallyman
