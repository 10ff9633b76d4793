#pragma once
// Hex and base64 (RFC 4648), strict on input.

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace tallyman {

// Lower-case hexadecimal, two characters a byte.
std::string hex_encode(ByteView bytes);

// The bytes of an even-length hexadecimal text of either case; nullopt for anything else.
std::optional<Bytes> hex_decode(std::string_view text);

// Standard alphabet with padding.
std::string base64_encode(ByteView bytes);

// Standard or URL alphabet, padding optional, white space refused; nullopt on a bad character,
// a dangling character, or padding in the middle.
std::optional<Bytes> base64_decode(std::string_view text);

}  // namespace tallyman
