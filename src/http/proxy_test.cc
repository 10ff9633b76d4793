#include "http/proxy.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tallyman {
namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

std::string proxy(const std::string& url, Variables variables) {
  return proxy_for(Url::parse(url).value(), Environment(std::move(variables)));
}

TEST(ProxyTest, ChoosesTheVariableByScheme) {
  const Variables both = {{"http_proxy", "plain:1"}, {"https_proxy", "tls:2"}};
  EXPECT_EQ(proxy("http://a.example", both), "plain:1");
  EXPECT_EQ(proxy("https://a.example", both), "tls:2");
  EXPECT_EQ(proxy("https://a.example", {{"HTTPS_PROXY", "up:3"}}), "up:3");
  EXPECT_EQ(proxy("https://a.example", {{"HTTPS_PROXY", "up:3"}, {"https_proxy", "low:3"}}),
            "low:3");
  EXPECT_EQ(proxy("https://a.example", {{"ALL_PROXY", "all:4"}}), "all:4");
  EXPECT_EQ(proxy("http://a.example", {{"all_proxy", "all:4"}}), "all:4");
  EXPECT_EQ(proxy("https://a.example", {{"https_proxy", ""}, {"ALL_PROXY", "all:4"}}), "all:4");
  EXPECT_EQ(proxy("https://a.example", {}), "");
}

TEST(ProxyTest, UpperCaseHttpProxyIsNotTrusted) {
  EXPECT_EQ(proxy("http://a.example", {{"HTTP_PROXY", "evil:1"}}), "");
}

struct Row {
  std::string url;
  std::string no_proxy;
  bool direct;
};

TEST(ProxyTest, NoProxyExceptsHosts) {
  const std::vector<Row> table = {
      {"https://a.example", "", false},
      {"https://a.example", "*", true},
      {"https://a.example", "b.example, *", true},
      {"https://a.example", "a.example", true},
      {"https://a.example", "A.Example", true},
      {"https://a.example.", "a.example", true},
      {"https://a.example", "x,.example,y", true},
      {"https://a.example", "x example y", true},
      {"https://a.example", "example", true},
      {"https://aexample", "example", false},
      {"https://example", "a.example", false},
      {"https://a.example", ".", false},
      {"https://10.1.2.3", "10.1.2.3", true},
      {"https://10.1.2.3", "10.1.2.4", false},
      {"https://10.1.2.3", "10.0.0.0/8", true},
      {"https://11.1.2.3", "10.0.0.0/8", false},
      {"https://10.1.2.3", "10.1.2.2/31", true},
      {"https://10.1.2.4", "10.1.2.2/31", false},
      {"https://10.1.2.3", "0.0.0.0/0", true},
      {"https://10.1.2.3", "10.0.0.0/33", false},
      {"https://10.1.2.3", "10.0.0.0/x", false},
      {"https://10.1.2.3", "2.3", false},
      {"https://[fd00::1]", "fd00::/8", true},
      {"https://[fd00::1]", "[fd00::1]", true},
      {"https://[fe00::1]", "fd00::/8", false},
      {"https://[fd00::1]", "10.0.0.0/8", false},
  };
  for (const Row& row : table) {
    std::string chosen = proxy(row.url, {{"https_proxy", "p:1"}, {"NO_PROXY", row.no_proxy}});
    EXPECT_EQ(chosen.empty(), row.direct) << row.url << " no_proxy=" << row.no_proxy;
  }
}

}  // namespace
}  // namespace tallyman
