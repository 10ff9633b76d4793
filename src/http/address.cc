#include "http/address.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "base/bytes.h"

namespace tallyman {
namespace {

struct Prefix4 {
  std::uint32_t address;
  int bits;
};

// RFC 6890 and the IANA IPv4 special-purpose registry, without the few entries that are global.
constexpr auto kSpecial4 = std::to_array<Prefix4>({
    {0x00000000, 8},   // 0.0.0.0/8: this host
    {0x0A000000, 8},   // 10/8: private
    {0x64400000, 10},  // 100.64/10: carrier NAT
    {0x7F000000, 8},   // 127/8: loopback
    {0xA9FE0000, 16},  // 169.254/16: link-local, clouds' metadata
    {0xAC100000, 12},  // 172.16/12: private
    {0xC0000000, 24},  // 192.0.0/24: protocol assignments
    {0xC0000200, 24},  // 192.0.2/24: documentation
    {0xC0586300, 24},  // 192.88.99/24: the former 6to4 relays
    {0xC0A80000, 16},  // 192.168/16: private
    {0xC6120000, 15},  // 198.18/15: benchmarks
    {0xC6336400, 24},  // 198.51.100/24: documentation
    {0xCB007100, 24},  // 203.0.113/24: documentation
    {0xE0000000, 4},   // 224/4: multicast
    {0xF0000000, 4},   // 240/4: reserved, broadcast
});

bool is_public_v4(std::uint32_t address) {
  return std::ranges::none_of(kSpecial4, [&](const Prefix4& prefix) {
    return (address ^ prefix.address) >> (32 - prefix.bits) == 0;
  });
}

// The IPv4 address in the four bytes at `offset`.
std::uint32_t embedded_v4(ByteView address, std::size_t offset) {
  return load_be<std::uint32_t>(address, offset);
}

bool is_public_v6(ByteView address) {
  const auto first = load_be<std::uint32_t>(address, 0);
  // 64:ff9b::/96 is how IPv6-only networks reach IPv4: as public as the address inside.
  constexpr std::array<std::uint8_t, 12> kNat64 = {0, 0x64, 0xFF, 0x9B};
  if (std::ranges::equal(address.first(12), kNat64)) return is_public_v4(embedded_v4(address, 12));
  // All global unicast lives in 2000::/3. Outside are ::, ::1, IPv4-mapped and -compatible,
  // 64:ff9b:1::/48, discard, ULA, link-local, site-local and multicast.
  if (first >> 29 != 0b001) return false;
  if (first >> 16 == 0x2002) return is_public_v4(embedded_v4(address, 2));  // 6to4
  if (first >> 9 == 0x20010000 >> 9) return false;  // 2001::/23: Teredo, ORCHID, benchmarks
  if (first == 0x20010DB8) return false;            // 2001:db8::/32: documentation
  return first >> 12 != 0x3FFF0000 >> 12;           // 3fff::/20: documentation
}

}  // namespace

bool is_public_address(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return is_public_v4(ntohl(v4.sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    return is_public_v6(v6.sin6_addr.s6_addr);
  }
  return false;
}

}  // namespace tallyman
