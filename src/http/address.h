#pragma once
// Which IP addresses a host may have that a server, not the user, named.

#include <sys/socket.h>

namespace tallyman {

// True for globally routable unicast IPv4 and IPv6 addresses. False for loopback, private,
// link-local, shared (carrier NAT), multicast, reserved and documentation ranges of the IANA
// special-purpose registries, for IPv6 forms that wrap such an IPv4 address, and for every other
// address family. `address` is as large as its family says.
bool is_public_address(const sockaddr& address);

}  // namespace tallyman
