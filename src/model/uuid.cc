#include "model/uuid.h"

#include <sodium.h>

#include <array>

#include "base/bytes.h"
#include "base/encoding.h"

namespace tallyman {

std::string content_uuid(std::string_view content) {
  std::array<std::uint8_t, 16> bytes{};
  ByteView input = as_bytes(content);
  crypto_generichash(bytes.data(), bytes.size(), input.data(), input.size(), nullptr, 0);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x80);  // version 8
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);  // variant of RFC 9562
  std::string hex = hex_encode(bytes);
  for (std::size_t at : {20U, 16U, 12U, 8U}) hex.insert(at, "-");
  return hex;
}

}  // namespace tallyman
