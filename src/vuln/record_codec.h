#pragma once
// One record's details as bytes, inside an unpacked block.

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "vuln/index.h"
#include "vuln/osv.h"

namespace tallyman {

// Appends `document`'s details to `into`. Errors: too_large "feed.too_large" beyond
// kMaxRecordBytes; `into` is then as before.
Result<void> encode_record(const OsvDocument& document, std::string_view data_source, Bytes& into);

// Reads the record that starts at `offset` of `block`. Kind corrupt, code "index.malformed".
Result<VulnerabilityRecord> decode_record(ByteView block, std::size_t offset);

}  // namespace tallyman
