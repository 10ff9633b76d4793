#include "model/purl.h"

#include <gtest/gtest.h>

namespace tallyman {
namespace {

Distro distro(std::string id, std::string version) {
  return {std::move(id), "", std::move(version), "", ""};
}

Package package(std::string type, std::string name, std::string version, std::string architecture,
                std::string source_name = "", std::string source_version = "") {
  Package made;
  made.type = std::move(type);
  made.name = std::move(name);
  made.version = std::move(version);
  made.architecture = std::move(architecture);
  made.source_name = std::move(source_name);
  made.source_version = std::move(source_version);
  return made;
}

TEST(Purl, Deb) {
  Distro debian = distro("debian", "12");
  EXPECT_EQ(package_url(package("deb", "curl", "7.88.1-10+deb12u5", "amd64"), debian),
            "pkg:deb/debian/curl@7.88.1-10%2Bdeb12u5?arch=amd64&distro=debian-12");
  EXPECT_EQ(package_url(package("deb", "libssl3", "3.0.11-1~deb12u2", "arm64", "openssl"), debian),
            "pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=arm64&distro=debian-12&upstream=openssl");
  EXPECT_EQ(
      package_url(package("deb", "libgcc-s1", "12.2.0-14", "amd64", "gcc-12", "12.2.0-13"), debian),
      "pkg:deb/debian/libgcc-s1@12.2.0-14?arch=amd64&distro=debian-12&"
      "upstream=gcc-12%4012.2.0-13");
}

TEST(Purl, DebSourceOfAnotherVersionOnly) {
  EXPECT_EQ(package_url(package("deb", "attr", "1:2.5.1-4+b1", "amd64", "", "1:2.5.1-4"),
                        distro("debian", "12")),
            "pkg:deb/debian/attr@1%3A2.5.1-4%2Bb1?arch=amd64&distro=debian-12&"
            "upstream=attr%401%3A2.5.1-4");
}

TEST(Purl, UpstreamThatIsThePackageItselfIsLeftOut) {
  EXPECT_EQ(package_url(package("deb", "bash", "5.2-1", "amd64", "bash", "5.2-1"),
                        distro("ubuntu", "22.04")),
            "pkg:deb/ubuntu/bash@5.2-1?arch=amd64&distro=ubuntu-22.04");
}

TEST(Purl, Apk) {
  EXPECT_EQ(package_url(package("apk", "libcrypto3", "3.1.4-r5", "x86_64", "openssl"),
                        distro("alpine", "3.19.1")),
            "pkg:apk/alpine/libcrypto3@3.1.4-r5?arch=x86_64&distro=alpine-3.19.1&upstream=openssl");
}

TEST(Purl, Rpm) {
  Distro rhel = distro("rhel", "9.3");
  EXPECT_EQ(
      package_url(package("rpm", "openssl-libs", "1:3.0.7-24.el9", "x86_64", "openssl"), rhel),
      "pkg:rpm/redhat/openssl-libs@3.0.7-24.el9?arch=x86_64&distro=rhel-9.3&epoch=1&"
      "upstream=openssl-3.0.7-24.el9.src.rpm");
  EXPECT_EQ(
      package_url(package("rpm", "gcc-c++", "11.4.1-2.1.el9", "x86_64", "gcc", "1:11.4.1-2.el9"),
                  rhel),
      "pkg:rpm/redhat/gcc-c%2B%2B@11.4.1-2.1.el9?arch=x86_64&distro=rhel-9.3&"
      "upstream=gcc-11.4.1-2.el9.src.rpm");
  EXPECT_EQ(package_url(package("rpm", "MySQL", "0:8.0-1", "noarch"), distro("fedora", "39")),
            "pkg:rpm/fedora/MySQL@8.0-1?arch=noarch&distro=fedora-39");
}

TEST(Purl, PartsThatAreAbsentLeaveNothingBehind) {
  EXPECT_EQ(package_url(package("deb", "a", "1", ""), Distro()), "pkg:deb/a@1");
  EXPECT_EQ(package_url(package("apk", "a", "", ""), distro("wolfi", "")),
            "pkg:apk/wolfi/a?distro=wolfi");
}

TEST(Purl, HostileTextCannotAddParts) {
  EXPECT_EQ(package_url(package("deb", "a?b#c/../d", "1@2&x=y", "a&b=c"), distro("de/bian", "1?2")),
            "pkg:deb/de%2Fbian/a%3Fb%23c%2F..%2Fd@1%402%26x%3Dy?arch=a%26b%3Dc&"
            "distro=de%2Fbian-1%3F2");
}

TEST(Purl, Encode) {
  EXPECT_EQ(purl_encode("AZaz09.-_~"), "AZaz09.-_~");
  EXPECT_EQ(purl_encode(" %+/:@\xC3\xA9\n"), "%20%25%2B%2F%3A%40%C3%A9%0A");
}

}  // namespace
}  // namespace tallyman
