#include "registry/challenge.h"

#include <gtest/gtest.h>

#include <fstream>

#include "parse/json.h"
#include "support/shared.h"

namespace tallyman {
namespace {

// "bearer{a=1,b=2} basic{}": the scheme and parameters of each challenge.
std::string show(const std::vector<Challenge>& challenges) {
  std::string out;
  for (const Challenge& challenge : challenges) {
    if (!out.empty()) out += ' ';
    out += challenge.scheme == Challenge::Scheme::bearer ? "bearer{" : "basic{";
    std::string_view comma;
    for (const auto& [name, value] : challenge.parameters) {
      out.append(comma).append(name).append("=").append(value);
      comma = ",";
    }
    out += '}';
  }
  return out;
}

std::string parsed(std::vector<std::string_view> lines) { return show(parse_challenges(lines)); }

struct Row {
  std::string_view header;
  std::string_view expected;
};

TEST(Challenge, OneLine) {
  const Row rows[] = {
      {R"(Bearer realm="https://a.test/t",service="s")",
       "bearer{realm=https://a.test/t,service=s}"},
      {R"(bEaReR REALM="x", Scope="repository:a/b:pull")",
       "bearer{realm=x,scope=repository:a/b:pull}"},
      {"Basic realm=plain", "basic{realm=plain}"},
      {"Bearer realm=https://a.test/t?x=1,service=s",
       "bearer{realm=https://a.test/t?x=1,service=s}"},
      {R"(Basic realm="a\"b\\c\d")", R"(basic{realm=a"b\cd})"},
      {R"(Basic realm="a, Bearer realm=b")", "basic{realm=a, Bearer realm=b}"},
      {R"(Bearer realm = "x" , service	=	y)", "bearer{realm=x,service=y}"},
      {R"(Bearer realm="x" service="y")", "bearer{realm=x,service=y}"},
      {R"(Bearer ,, realm="x",,)", "bearer{realm=x}"},
      {R"(Bearer realm="first",realm="second")", "bearer{realm=first}"},
      {R"(Bearer realm="x",service="never closed)", "bearer{realm=x}"},
      {R"(Bearer realm="ends in \)", "bearer{}"},
      {"Bearer realm=,service=s", "bearer{service=s}"},
      {"", ""},
      {" , ,", ""},
      {"=\"x\"", ""},
      {"realm=\"x\"", ""},
  };
  for (const Row& row : rows) EXPECT_EQ(parsed({row.header}), row.expected) << row.header;
}

TEST(Challenge, SeveralToALine) {
  const Row rows[] = {
      {R"(Basic realm="b", Bearer realm="t",service="s")",
       "bearer{realm=t,service=s} basic{realm=b}"},
      {"Negotiate, Basic realm=b", "basic{realm=b}"},
      {"Negotiate dG9rZW4=, Basic realm=b", "basic{realm=b}"},
      {"Negotiate dG9r/ZW4==,Bearer realm=t", "bearer{realm=t}"},
      {"Negotiate Basic", ""},
      {R"(Digest realm="d", nonce="n", qop="auth", Basic realm="b")", "basic{realm=b}"},
      {R"(Basic, Digest realm="d")", "basic{}"},
      {"Basic,Bearer", "bearer{} basic{}"},
  };
  for (const Row& row : rows) EXPECT_EQ(parsed({row.header}), row.expected) << row.header;
}

TEST(Challenge, SeveralLines) {
  EXPECT_EQ(parsed({"Basic realm=b", "NTLM", "Bearer realm=t", "Bearer realm=u"}),
            "bearer{realm=t} bearer{realm=u} basic{realm=b}");
  EXPECT_EQ(parsed({"Basic", "realm=x"}), "basic{}") << "a line stands by itself";
  EXPECT_EQ(parsed({}), "");
}

TEST(Challenge, CountsAreBounded) {
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "Basic a=1, ";
  EXPECT_EQ(parse_challenges(std::vector<std::string_view>{many}).size(), 16U);
  std::string wide = "Bearer ";
  for (int i = 0; i < 1000; ++i) wide += "p" + std::to_string(i) + "=1,";
  EXPECT_EQ(parse_challenges(std::vector<std::string_view>{wide})[0].parameters.size(), 32U);
}

TEST(Challenge, ParameterLookUp) {
  auto challenges = parse_challenges(std::vector<std::string_view>{"Bearer Realm=x"});
  ASSERT_EQ(challenges.size(), 1U);
  EXPECT_EQ(challenges[0].parameter("realm"), "x");
  EXPECT_EQ(challenges[0].parameter("service"), "");
}

// Headers that other clients' tests use, with what those clients make of them.
TEST(Challenge, SharedFixtures) {
  REQUIRE_SHARED(path, "data/fixtures/references/www_authenticate.jsonl");
  std::ifstream file(path);
  int rows = 0;
  for (std::string line; std::getline(file, line); ++rows) {
    auto row = Json::parse(as_bytes(line));
    ASSERT_TRUE(row) << line;
    std::string expected;
    if (row->text_of("scheme") != "unknown") {
      Challenge challenge;
      challenge.scheme =
          row->text_of("scheme") == "basic" ? Challenge::Scheme::basic : Challenge::Scheme::bearer;
      for (const auto& [name, value] : row->find("params")->members()) {
        challenge.parameters[name] = value.text();
      }
      expected = show({challenge});
    }
    EXPECT_EQ(parsed({row->text_of("header")}), expected) << line;
  }
  EXPECT_EQ(rows, 15);
}

}  // namespace
}  // namespace tallyman
