#include "http/url.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tallyman {
namespace {

std::string normalised(std::string_view text) {
  Result<Url> url = Url::parse(text);
  return url ? url->text() : "refused: " + url.error().code;
}

constexpr std::string_view kRefused = "refused: http.url";

struct Pair {
  std::string input;
  std::string expected;
};

TEST(UrlTest, ParsesToOneSpelling) {
  const std::vector<Pair> table = {
      {"https://example.com", "https://example.com/"},
      {"HTTPS://Example.COM/A/b", "https://example.com/A/b"},
      {"http://example.com:80/", "http://example.com/"},
      {"https://example.com:443/", "https://example.com/"},
      {"https://example.com:80/", "https://example.com:80/"},
      {"https://example.com:65535/", "https://example.com:65535/"},
      {"https://example.com:/x", "https://example.com/x"},
      {"https://example.com./x", "https://example.com/x"},
      {"https://example.com?a=b/c", "https://example.com/?a=b/c"},
      {"https://example.com/x?a=b?c#d?e", "https://example.com/x?a=b?c"},
      {"https://example.com/x#d", "https://example.com/x"},
      {"https://example.com//a/../b", "https://example.com//a/../b"},
      {"http://[::1]:5000/v2/", "http://[::1]:5000/v2/"},
      {"http://[0:0:0:0:0:0:0:1]/", "http://[::1]/"},
      {"http://[FE80::A]", "http://[fe80::a]/"},
      {"http://127.0.0.1:5000/", "http://127.0.0.1:5000/"},
      {"http://localhost:5000/", "http://localhost:5000/"},
      {"http://a_b-c.example", "http://a_b-c.example/"},
      {"https://example.com/%2e%2e/ok", "https://example.com/%2e%2e/ok"},
  };
  for (const Pair& row : table) EXPECT_EQ(normalised(row.input), row.expected) << row.input;
}

TEST(UrlTest, RefusesWhatIsHostile) {
  const std::vector<std::string> table = {
      "",
      "example.com",
      "//example.com/",
      "/path",
      "http:",
      "http:/example.com",
      "http:example.com",
      "http://",
      "http:///path",
      "http://?q",
      "http://:80/",
      "http://./",
      "http://../",
      "http://a..b/",
      "http://.a/",
      "file:///etc/passwd",
      "gopher://example.com/",
      "ftp://example.com/",
      "javascript://example.com/",
      " https://example.com/",
      "https://example.com/ ",
      "https://example.com/a b",
      "https://example.com/a\tb",
      "https://example.com/a\r\nHost: evil",
      std::string("https://example.com/\0x", 22),
      "https://example.com/\x7f",
      "https://example.com/\xc3\xa4",
      "https://ex\xc3\xa4mple.com/",
      "https://user@example.com/",
      "https://user:secret@example.com/",
      "https://@example.com/",
      "https://example.com:443@evil.example/",
      "https://example.com\\@evil.example/",
      "https://example.com\\.evil.example/",
      "https://example%2ecom/",
      "https://exam*ple.com/",
      "https://example.com:0/",
      "https://example.com:65536/",
      "https://example.com:99999999999999999999/",
      "https://example.com:-1/",
      "https://example.com:+80/",
      "https://example.com:000080/",
      "https://example.com:80a/",
      "https://example.com:80:80/",
      "http://::1/",
      "http://[::1",
      "http://[::1]x/",
      "http://[::1]80/",
      "http://[]/",
      "http://[fe80::1%25eth0]/",
      "http://[127.0.0.1]/",
      "http://[v1.x]/",
      "http://127.1/",
      "http://0177.0.0.1/",
      "http://0x7f.1/",
      "http://0x7f000001/",
      "http://2130706433/",
      "http://1.2.3.4.5/",
      "http://256.1.1.1/",
      "http://" + std::string(254, 'a') + "/",
      "http://example.com/" + std::string(17'000, 'a'),
  };
  for (const std::string& text : table) EXPECT_EQ(normalised(text), kRefused) << text;
}

TEST(UrlTest, ErrorsDoNotEchoWhatMayBeSecret) {
  Result<Url> url = Url::parse("https://user:hunter2@example.com/?token=hunter2");
  ASSERT_FALSE(url);
  EXPECT_EQ(url.error().kind, ErrorKind::invalid);
  EXPECT_EQ(describe(url.error()).find("hunter2"), std::string::npos);
}

std::string resolved(std::string_view reference) {
  Url base = Url::parse("https://registry.example:5000/v2/team/app/tags/list?n=10").value();
  Result<Url> url = base.resolve(reference);
  return url ? url->text() : "refused: " + url.error().code;
}

TEST(UrlTest, ResolvesReferences) {
  const std::string origin = "https://registry.example:5000";
  const std::vector<Pair> table = {
      {"", origin + "/v2/team/app/tags/list?n=10"},
      {"#top", origin + "/v2/team/app/tags/list?n=10"},
      {"?n=20&last=x", origin + "/v2/team/app/tags/list?n=20&last=x"},
      {"/v2/_catalog?last=a", origin + "/v2/_catalog?last=a"},
      {"next", origin + "/v2/team/app/tags/next"},
      {"./next?a", origin + "/v2/team/app/tags/next?a"},
      {"../blobs/x", origin + "/v2/team/app/blobs/x"},
      {"../../../../../../x", origin + "/x"},
      {"..", origin + "/v2/team/app/"},
      {".", origin + "/v2/team/app/tags/"},
      {"/a/./b/../c", origin + "/a/c"},
      {"/..", origin + "/"},
      {"/a//b", origin + "/a//b"},
      {"a/b:c", origin + "/v2/team/app/tags/a/b:c"},
      {"//other.example/x", "https://other.example/x"},
      {"//other.example:443", "https://other.example/"},
      {"http://other.example/x?y", "http://other.example/x?y"},
      {"HTTP://other.example", "http://other.example/"},
  };
  for (const Pair& row : table) EXPECT_EQ(resolved(row.input), row.expected) << row.input;
}

TEST(UrlTest, RefusesHostileReferences) {
  for (const char* reference : {"file:///etc/passwd", "javascript:alert(1)", "http:other.example",
                                "//user@other.example/", "//", "///x", "/a b", "/a\nb",
                                "\\\\other.example\\x", "//other.example:0/", "sha256:abc"}) {
    EXPECT_EQ(resolved(reference), kRefused) << reference;
  }
}

TEST(UrlTest, OriginNamesSchemeHostAndPort) {
  EXPECT_EQ(Url::parse("https://A.example:443/x?y")->origin(), "https://a.example");
  EXPECT_NE(Url::parse("https://a.example/")->origin(), Url::parse("http://a.example/")->origin());
  EXPECT_NE(Url::parse("https://a.example/")->origin(),
            Url::parse("https://a.example:444/")->origin());
  EXPECT_EQ(Url::parse("http://[::1]:81/x")->origin(), "http://[::1]:81");
}

TEST(UrlTest, RedactedLeavesTheQueryOut) {
  EXPECT_EQ(Url::parse("https://a.example/x?X-Amz-Signature=secret")->redacted(),
            "https://a.example/x");
}

TEST(UrlTest, EncodesQueries) {
  EXPECT_EQ(url_encode("a-Z0._~"), "a-Z0._~");
  EXPECT_EQ(url_encode("a/b c+\xc3\xa4%&="), "a%2Fb%20c%2B%C3%A4%25%26%3D");
  EXPECT_EQ(url_query({}), "");
  EXPECT_EQ(url_query({{"service", "r.example"}, {"scope", "repository:a/b:pull"}}),
            "service=r.example&scope=repository%3Aa%2Fb%3Apull");
}

}  // namespace
}  // namespace tallyman
