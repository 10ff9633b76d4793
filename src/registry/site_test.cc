#include "registry/site.h"

#include <gtest/gtest.h>

namespace tallyman {
namespace {

Site site(std::string host, bool with_credential = true, bool plain = false) {
  RegistryOptions options;
  options.host = std::move(host);
  options.plain_http = plain;
  options.tls.ca_file = "/ca.pem";
  if (with_credential) options.credential = Credential{"u", Secret("p"), {}, {}, "test"};
  return *Site::open(std::move(options));
}

TEST(Site, SameSiteIsTheRegistrableDomain) {
  const std::pair<std::string_view, std::string_view> together[] = {
      {"registry.example.com", "registry.example.com"},
      {"registry-1.docker.io", "auth.docker.io"},
      {"registry.gitlab.com", "gitlab.com"},
      {"gitlab.com", "registry.gitlab.com"},
      {"registry.example.co.uk", "auth.example.co.uk"},
      {"registry.team.example.com", "sso.example.com"},
      {"registry.sap.de", "auth.sap.de"},
      {"localhost", "localhost"},
      {"127.0.0.1", "127.0.0.1"},
      {"::1", "::1"},
      {"team.azurecr.io", "team.azurecr.io"},
  };
  for (auto [a, b] : together) EXPECT_TRUE(same_site(a, b)) << a << " " << b;
}

TEST(Site, StrangersAreApart) {
  const std::pair<std::string_view, std::string_view> apart[] = {
      {"registry.example.com", "evil.test"},
      {"registry.example.com", "example.com.evil.test"},
      {"registry.example.com", "badexample.com"},
      {"registry.example.com", "com"},
      {"registry.example.co.uk", "evil.co.uk"},
      {"example.co.uk", "co.uk"},
      {"co.uk", "evil.co.uk"},
      {"registry.com.au", "evil.com.au"},
      {"team.azurecr.io", "evil.azurecr.io"},
      {"team.azurecr.io", "azurecr.io"},
      {"1.dkr.ecr.us-east-1.amazonaws.com", "evil.s3.amazonaws.com"},
      {"1.dkr.ecr.cn-north-1.amazonaws.com.cn", "evil.s3.cn-north-1.amazonaws.com.cn"},
      {"team.azurecr.cn", "evil.azurecr.cn"},
      {"team.github.io", "evil.github.io"},
      {"localhost", "other"},
      {"registry", "auth"},
      {"10.0.0.1", "10.0.0.2"},
      {"10.0.0.1", "11.0.0.1"},
      {"::1", "::2"},
      {"127.0.0.1", "localhost"},
      {"", "x"},
  };
  for (auto [a, b] : apart) {
    EXPECT_FALSE(same_site(a, b)) << a << " " << b;
    EXPECT_FALSE(same_site(b, a)) << b << " " << a;
  }
}

TEST(Site, NamesAndHosts) {
  EXPECT_EQ(site("docker.io").base.text(), "https://registry-1.docker.io/");
  EXPECT_EQ(site("Registry.Example.com:5000").base.text(), "https://registry.example.com:5000/");
  EXPECT_EQ(site("[::1]:5000", true, true).base.text(), "http://[::1]:5000/");
  for (std::string_view bad : {"", "a b", "https://x.test", "x.test/path", "x.test?q", "u:p@x.test",
                               "x.test:0", "x.test:99999"}) {
    RegistryOptions options;
    options.host = bad;
    auto opened = Site::open(std::move(options));
    ASSERT_FALSE(opened) << bad;
    EXPECT_EQ(opened.error().code, "registry.host") << bad;
  }
}

TEST(Site, RealmsThatMaySeeTheCredential) {
  auto code = [](const Site& at, std::string_view realm) {
    auto allowed = at.check_realm(*Url::parse(realm));
    return allowed ? "" : allowed.error().code;
  };
  EXPECT_EQ(code(site("docker.io"), "https://auth.docker.io/token"), "");
  EXPECT_EQ(code(site("r.example.com:5000"), "https://r.example.com:5000/token"), "");
  EXPECT_EQ(code(site("r.example.com:5000"), "https://auth.example.com/token"), "");
  EXPECT_EQ(code(site("127.0.0.1:5000"), "https://127.0.0.1:5001/token"), "");
  EXPECT_EQ(code(site("r.example.com", true, true), "http://r.example.com/token"), "");

  EXPECT_EQ(code(site("r.example.com"), "https://evil.test/token"), "registry.realm_refused");
  EXPECT_EQ(code(site("r.example.com"), "http://r.example.com/token"), "registry.realm_refused");
  EXPECT_EQ(code(site("r.example.com"), "https://127.0.0.1/token"), "registry.realm_refused");
  EXPECT_EQ(code(site("10.0.0.1"), "https://10.0.0.2/token"), "registry.realm_refused");
}

TEST(Site, AnonymousTokensMayComeFromAnywhereOverHttps) {
  Site anonymous = site("r.example.com", false);
  EXPECT_TRUE(anonymous.check_realm(*Url::parse("https://auth.test/token")));
  EXPECT_FALSE(anonymous.check_realm(*Url::parse("http://auth.test/token")));
}

TEST(Site, RequestsToOtherHosts) {
  Site at = site("r.example.com");
  HttpRequest own = at.request_to(*Url::parse("https://r.example.com:8443/x?y=1"));
  EXPECT_EQ(own.url, "https://r.example.com:8443/x?y=1");
  EXPECT_EQ(own.address, AddressRule::user_named);
  EXPECT_EQ(own.tls.ca_file, "/ca.pem");
  EXPECT_FALSE(own.authorization);

  HttpRequest sibling = at.request_to(*Url::parse("https://auth.example.com/"));
  EXPECT_EQ(sibling.address, AddressRule::server_named);
  EXPECT_EQ(sibling.tls.ca_file, "/ca.pem");

  HttpRequest stranger = at.request_to(*Url::parse("https://cdn.test/"));
  EXPECT_EQ(stranger.address, AddressRule::server_named);
  EXPECT_EQ(stranger.tls.ca_file, "");
  EXPECT_TRUE(stranger.tls.verify);

  at.options.allow_private_hosts = true;
  EXPECT_EQ(at.request_to(*Url::parse("https://cdn.test/")).address, AddressRule::user_named);
}

TEST(Site, EmptyCredentialsAreNone) {
  Site at = site("r.example.com");
  EXPECT_NE(at.credential(), nullptr);
  at.options.credential = Credential{"user only", {}, {}, {}, ""};
  EXPECT_EQ(at.credential(), nullptr);
  at.options.credential = std::nullopt;
  EXPECT_EQ(at.credential(), nullptr);
}

}  // namespace
}  // namespace tallyman
