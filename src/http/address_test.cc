#include "http/address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <string>

namespace tallyman {
namespace {

bool is_public(const std::string& text) {
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  if (::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
    return is_public_address(reinterpret_cast<const sockaddr&>(v6));
  }
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  EXPECT_EQ(::inet_pton(AF_INET, text.c_str(), &v4.sin_addr), 1) << text;
  return is_public_address(reinterpret_cast<const sockaddr&>(v4));
}

TEST(AddressTest, RefusesSpecialRangesToTheirEdges) {
  for (const char* text :
       {"0.0.0.0",         "0.255.255.255", "10.0.0.0",        "10.255.255.255",  "100.64.0.0",
        "100.127.255.255", "127.0.0.1",     "127.255.255.255", "169.254.0.0",     "169.254.169.254",
        "169.254.255.255", "172.16.0.0",    "172.31.255.255",  "192.0.0.1",       "192.0.2.1",
        "192.88.99.1",     "192.168.0.0",   "192.168.255.255", "198.18.0.0",      "198.19.255.255",
        "198.51.100.7",    "203.0.113.7",   "224.0.0.1",       "239.255.255.255", "240.0.0.0",
        "255.255.255.255"}) {
    EXPECT_FALSE(is_public(text)) << text;
  }
}

TEST(AddressTest, AllowsTheNeighboursOfSpecialRanges) {
  for (const char* text :
       {"1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
        "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0",
        "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
        "8.8.8.8"}) {
    EXPECT_TRUE(is_public(text)) << text;
  }
}

TEST(AddressTest, RefusesSpecialV6Ranges) {
  for (const char* text : {"::",
                           "::1",
                           "::7f00:1",
                           "::8.8.8.8",
                           "::ffff:127.0.0.1",
                           "::ffff:8.8.8.8",
                           "64:ff9b:1::808:808",
                           "100::1",
                           "fc00::1",
                           "fd12::1",
                           "fe80::1",
                           "febf::1",
                           "fec0::1",
                           "ff02::1",
                           "2001::1",
                           "2001:1ff::1",
                           "2001:db8::1",
                           "3fff::1",
                           "3fff:fff::1",
                           "4000::1"}) {
    EXPECT_FALSE(is_public(text)) << text;
  }
}

TEST(AddressTest, AllowsGlobalV6) {
  for (const char* text :
       {"2001:200::1", "2001:4860:4860::8888", "2606:4700::1111", "2a00::1", "3fff:1000::1"}) {
    EXPECT_TRUE(is_public(text)) << text;
  }
}

TEST(AddressTest, JudgesWrappedV4ByWhatIsInside) {
  EXPECT_FALSE(is_public("64:ff9b::127.0.0.1"));
  EXPECT_FALSE(is_public("64:ff9b::169.254.169.254"));
  EXPECT_FALSE(is_public("64:ff9b:0:0:0:1:808:808"));
  EXPECT_TRUE(is_public("64:ff9b::8.8.8.8"));
  EXPECT_FALSE(is_public("2002:7f00:1::1"));
  EXPECT_FALSE(is_public("2002:a9fe:a9fe::"));
  EXPECT_TRUE(is_public("2002:808:808::1"));
}

TEST(AddressTest, RefusesOtherFamilies) {
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  EXPECT_FALSE(is_public_address(reinterpret_cast<const sockaddr&>(local)));
}

}  // namespace
}  // namespace tallyman
