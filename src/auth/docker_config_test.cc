#include "auth/docker_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "support/shared.h"

namespace tallyman {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing_support::TemporaryFolder;
using Variables = std::map<std::string, std::string, std::less<>>;

std::string encoded(std::string_view text) { return base64_encode(as_bytes(text)); }

// What was found, in one line: "user password identity registry", "none" or the error's code.
std::string entry(const std::string& text, std::string_view registry,
                  std::string_view repository = "team/app") {
  Result<std::optional<Credential>> found =
      docker_config_entry(as_bytes(text), registry, repository, "test");
  if (!found) return found.error().code;
  if (!*found) return "none";
  const Credential& credential = **found;
  auto shown = [](const Secret& secret) {
    return secret.empty() ? std::string("-") : std::string(secret.reveal());
  };
  return (credential.user.empty() ? "-" : credential.user) + " " + shown(credential.password) +
         " " + shown(credential.identity_token) + " " + shown(credential.registry_token);
}

// {"auths": {KEY: {"auth": base64(USER:PASSWORD)}}...}
std::string config(const std::vector<std::pair<std::string, std::string>>& auths) {
  std::string text;
  for (const auto& [key, auth] : auths) {
    text += (text.empty() ? "" : ",") + ("\"" + key + "\":{\"auth\":\"" + encoded(auth) + "\"}");
  }
  return R"({"auths":{)" + text + "}}";
}

TEST(DockerConfigTest, ReadsAnAuth) {
  EXPECT_EQ(entry(config({{"r.example", "u:p"}}), "r.example"), "u p - -");
  EXPECT_EQ(entry(config({{"r.example", "u:p:with:colons"}}), "r.example"), "u p:with:colons - -");
  EXPECT_EQ(entry(config({{"r.example", "u:"}}), "r.example"), "u - - -");
  EXPECT_EQ(entry(config({{"r.example", std::string("u:p\0\0", 5)}}), "r.example"), "u p - -");
  EXPECT_EQ(entry(config({{"r.example", "u:p"}}), "other.example"), "none");
}

TEST(DockerConfigTest, ReadsTheOtherForms) {
  EXPECT_EQ(entry(R"({"auths":{"r.example":{"username":"u","password":"p"}}})", "r.example"),
            "u p - -");
  EXPECT_EQ(entry(R"({"auths":{"r.example":{"auth":"Og==","identitytoken":"t"}}})", "r.example"),
            "- - t -");
  EXPECT_EQ(entry(R"({"auths":{"r.example":{"identitytoken":"t","auth":"dTo="}}})", "r.example"),
            "u - t -");
  EXPECT_EQ(entry(R"({"auths":{"r.example":{"registrytoken":"t"}}})", "r.example"), "- - - t");
  EXPECT_EQ(entry(R"({"auths":{"r.example":{"auth":"dTpw","username":"x","password":"y"}}})",
                  "r.example"),
            "u p - -")
      << "auth decides, as in docker";
}

TEST(DockerConfigTest, FindsDockerHubUnderItsHistoricNames) {
  for (const char* key :
       {"https://index.docker.io/v1/", "https://index.docker.io/v1", "http://index.docker.io/v1/",
        "https://index.docker.io/v2/", "https://index.docker.io", "index.docker.io/v1/",
        "index.docker.io", "registry-1.docker.io", "https://registry-1.docker.io/v2/", "docker.io",
        "https://docker.io", "DOCKER.IO"}) {
    const std::string text = config({{key, "u:p"}});
    EXPECT_EQ(entry(text, "docker.io", "library/alpine"), "u p - -") << key;
    EXPECT_EQ(entry(text, "r.example", "library/alpine"), "none") << key;
    EXPECT_EQ(entry(text, "hub.docker.io", "library/alpine"), "none") << key;
  }
}

struct KeyRow {
  std::string key;
  std::string registry;
  bool matches;
};

TEST(DockerConfigTest, ComparesHostsWhole) {
  const std::vector<KeyRow> table = {
      {"https://r.example", "r.example", true},
      {"https://r.example/", "r.example", true},
      {"https://r.example/v2/", "r.example", true},
      {"R.Example", "r.example", true},
      {"r.example:443", "r.example", true},
      {"r.example:5000", "r.example:5000", true},
      {"http://r.example:5000/v1/", "r.example:5000", true},
      {"[::1]:5000", "[::1]:5000", true},
      {"r.example", "r.example:5000", false},
      {"r.example:5000", "r.example", false},
      {"r.example:5000", "r.example:5001", false},
      {"example", "r.example", false},
      {"r.example.evil", "r.example", false},
      {"r.example@evil", "r.example", false},
      {"*", "r.example", false},
      {"", "r.example", false},
      {"https://", "r.example", false},
      {"/", "r.example", false},
  };
  for (const KeyRow& row : table) {
    EXPECT_EQ(entry(config({{row.key, "u:p"}}), row.registry), row.matches ? "u p - -" : "none")
        << row.key << " for " << row.registry;
  }
}

TEST(DockerConfigTest, PathsMatchMostSpecificFirst) {
  const std::string text = config({{"r.example", "host:p"},
                                   {"r.example/team", "team:p"},
                                   {"https://r.example/team/app/", "app:p"},
                                   {"r.example/teams", "teams:p"}});
  EXPECT_EQ(entry(text, "r.example", "team/app"), "app p - -");
  EXPECT_EQ(entry(text, "r.example", "team/app/deep"), "app p - -");
  EXPECT_EQ(entry(text, "r.example", "team/application"), "team p - -");
  EXPECT_EQ(entry(text, "r.example", "team"), "team p - -");
  EXPECT_EQ(entry(text, "r.example", "tea"), "host p - -");
  EXPECT_EQ(entry(text, "r.example", ""), "host p - -");
  EXPECT_EQ(entry(text, "r.example:5000", "team/app"), "none");
  EXPECT_EQ(entry(config({{"r.example/team", "u:p"}}), "r.example", "other/app"), "none");
}

TEST(DockerConfigTest, EntriesWithoutContentCountAsAbsent) {
  EXPECT_EQ(entry("", "r.example"), "none");
  EXPECT_EQ(entry(" \n", "r.example"), "none");
  EXPECT_EQ(entry("{}", "r.example"), "none");
  EXPECT_EQ(entry(R"({"auths":{}})", "r.example"), "none");
  EXPECT_EQ(entry(R"({"auths":{"r.example":{}},"credsStore":"desktop"})", "r.example"), "none");
  EXPECT_EQ(entry(R"({"auths":{"r.example/team":{},"r.example":{"auth":"dTpw"}}})", "r.example"),
            "u p - -");
}

TEST(DockerConfigTest, TheFirstOfEqualKeysWins) {
  EXPECT_EQ(
      entry(config({{"docker.io", "a:p"}, {"https://index.docker.io/v1/", "b:p"}}), "docker.io"),
      "a p - -");
}

TEST(DockerConfigTest, MalformedContentIsAnErrorThatShowsNoneOfIt) {
  const std::vector<std::string> table = {
      "hunter2",
      R"({"auths":{"r.example":{"auth":"hunter2hunter2")",
      R"(["hunter2"])",
      R"({"auths":["hunter2"]})",
      R"({"auths":{"r.example":"hunter2"}})",
      R"({"auths":{"r.example":{"auth":"hunter2!"}}})",
      R"({"auths":{"r.example":{"auth":"aHVudGVyMg"}}})",  // "hunter2": no colon
      R"({"auths":{"r.example":{"auth":"=hunter2"}}})",
      R"({"auths":{"r.example":{"hunter2":1,"hunter2":2}}})",
      "{\"auths\":{\"r.example\":{\"auth\":\"hunter2\xff\"}}}",
      std::string(100, '[') + "hunter2",
  };
  for (const std::string& text : table) {
    Result<std::optional<Credential>> found =
        docker_config_entry(as_bytes(text), "r.example", "team/app", "test");
    ASSERT_FALSE(found) << text;
    EXPECT_EQ(found.error().code, "docker_config.malformed") << text;
    EXPECT_EQ(found.error().kind, ErrorKind::invalid) << text;
    EXPECT_THAT(describe(found.error()), Not(HasSubstr("hunter2"))) << text;
    EXPECT_THAT(describe(found.error()), Not(HasSubstr("aHVudGVyMg"))) << text;
  }
}

TEST(DockerConfigTest, ABadEntryOfAnotherRegistryDoesNotMatter) {
  EXPECT_EQ(
      entry(R"({"auths":{"x.example":{"auth":"!"},"r.example":{"auth":"dTpw"}}})", "r.example"),
      "u p - -");
}

class DockerConfigFileTest : public testing::Test {
 protected:
  // Writes a file with one entry for r.example of that user.
  std::string file(const std::string& name, const std::string& user) {
    return file_of(name, config({{"r.example", user + ":p"}}));
  }
  std::string file_of(const std::string& name, const std::string& text) {
    std::filesystem::path path = folder_.path() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
    return path;
  }
  static Result<std::optional<Credential>> find(Variables variables) {
    return docker_config_credential(Environment(std::move(variables)), "r.example", "team/app");
  }
  static std::string user(Variables variables) {
    Result<std::optional<Credential>> found = find(std::move(variables));
    if (!found) return found.error().code;
    return *found ? (*found)->user : "none";
  }

  TemporaryFolder folder_;
  std::string home_ = folder_.path() / "home";
  std::string docker_ = folder_.path() / "docker";
};

TEST_F(DockerConfigFileTest, LooksWhereDockerAndPodmanDo) {
  EXPECT_EQ(user({}), "none");
  EXPECT_EQ(user({{"HOME", home_}}), "none");
  file("home/.docker/config.json", "home");
  EXPECT_EQ(user({{"HOME", home_}}), "home");
  EXPECT_EQ(user({{"HOME", home_}, {"DOCKER_CONFIG", ""}}), "home");
  EXPECT_EQ(user({{"HOME", home_}, {"DOCKER_CONFIG", docker_}}), "none");
  file("docker/config.json", "docker");
  EXPECT_EQ(user({{"HOME", home_}, {"DOCKER_CONFIG", docker_}}), "docker");
  std::string podman = file("auth.json", "podman");
  EXPECT_EQ(user({{"HOME", home_}, {"REGISTRY_AUTH_FILE", podman}}), "podman");
  EXPECT_EQ(user({{"DOCKER_CONFIG", docker_}, {"REGISTRY_AUTH_FILE", podman}}), "podman");
}

TEST_F(DockerConfigFileTest, GoesOnWhenTheFirstFileHasNoEntry) {
  file("home/.docker/config.json", "home");
  std::string empty = file_of("auth.json", R"({"auths":{"other.example":{"auth":"dTpw"}}})");
  EXPECT_EQ(user({{"HOME", home_}, {"REGISTRY_AUTH_FILE", empty}}), "home");
  EXPECT_EQ(user({{"HOME", home_}, {"REGISTRY_AUTH_FILE", home_ + "/absent"}}), "home");
}

TEST_F(DockerConfigFileTest, NamesItsSource) {
  std::string path = file("home/.docker/config.json", "home");
  EXPECT_EQ((*find({{"HOME", home_}}))->source, path);
}

TEST_F(DockerConfigFileTest, ErrorsNameTheFile) {
  std::string path = file_of("home/.docker/config.json", "{hunter2");
  Result<std::optional<Credential>> found = find({{"HOME", home_}});
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, "docker_config.malformed");
  EXPECT_THAT(found.error().context, HasSubstr(path));
  EXPECT_THAT(describe(found.error()), Not(HasSubstr("hunter2")));
}

TEST_F(DockerConfigFileTest, RefusesAHugeFile) {
  std::string text = config({{"r.example", "u:p"}});
  text.resize(1 << 20, ' ');
  file_of("home/.docker/config.json", text);
  EXPECT_EQ(user({{"HOME", home_}}), "u");
  file_of("home/.docker/config.json", text + " ");
  Result<std::optional<Credential>> found = find({{"HOME", home_}});
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, "docker_config.too_large");
  EXPECT_EQ(found.error().kind, ErrorKind::too_large);
}

TEST_F(DockerConfigFileTest, AFileThatCannotBeReadIsAnError) {
  std::filesystem::create_directories(home_ + "/.docker/config.json");
  EXPECT_EQ(user({{"HOME", home_}}), "file.io");
  std::string path = file("docker/config.json", "docker");
  ASSERT_EQ(::chmod(path.c_str(), 0), 0);
  const bool root = ::geteuid() == 0;  // whom no mode stops
  EXPECT_EQ(user({{"DOCKER_CONFIG", docker_}}), root ? "docker" : "file.denied");
}

}  // namespace
}  // namespace tallyman
