#include "store/registry_name.h"

#include <gtest/gtest.h>

#include <vector>

namespace tallyman {
namespace {

TEST(RegistryNameTest, CanonicalForms) {
  struct Row {
    std::string_view text;
    std::string_view canonical;
  };
  const std::vector<Row> rows = {
      {"docker.io", "docker.io"},
      {"index.docker.io", "docker.io"},
      {"index.docker.io/library/*", "docker.io/library/*"},
      {"Registry.Example.COM:5000", "registry.example.com:5000"},
      {"registry.example.com:443", "registry.example.com"},
      {"registry.example.com:443/team/app", "registry.example.com/team/app"},
      {"registry.example.com.", "registry.example.com"},
      {"registry.example.com.:5000", "registry.example.com:5000"},
      {"registry.example.com/team/*", "registry.example.com/team/*"},
      {"registry.example.com/*", "registry.example.com/*"},
      {"registry.example.com/te*", "registry.example.com/te*"},
      {"192.168.1.89:5000", "192.168.1.89:5000"},
      {"[::1]:5000", "[::1]:5000"},
      {"[FE80::1]/a", "[fe80::1]/a"},
      {"localhost", "localhost"},
      {"localhost:443", "localhost"},
      {"harbor:443/team/*", "harbor:443/team/*"},
      {"123456789012.dkr.ecr.us-east-1.amazonaws.com",
       "123456789012.dkr.ecr.us-east-1.amazonaws.com"},
  };
  for (const Row& row : rows) {
    auto name = canonical_registry_name(row.text);
    ASSERT_TRUE(name.has_value()) << row.text << ": " << name.error().context;
    EXPECT_EQ(*name, row.canonical);
    EXPECT_EQ(canonical_registry_name(*name).value(), *name) << "not stable";
  }
}

TEST(RegistryNameTest, MistakesAreRefusedAndNeverEchoed) {
  struct Row {
    std::string_view text;
    std::string_view context;
    std::string_view hint;
  };
  const std::vector<Row> rows = {
      {"", "empty", "HOST"},
      {"https://registry.example.com", "scheme", "leave out https://"},
      {"http://registry.example.com/", "scheme", "leave out https://"},
      {"https://ann:hunter2@registry.example.com", "'@'", "--username"},
      {"registry.example.com/", "ends with '/'", "leave out"},
      {"registry.example.com/*/app", "only at the end", "HOST"},
      {"registry.example.com/a**", "only at the end", "HOST"},
      {"registry.example.*", "other owners", "whole host"},
      {"*", "other owners", "whole host"},
      {"registry.example.com:0", "port", "HOST"},
      {"registry.example.com:65536", "port", "HOST"},
      {"registry.example.com:", "port", "HOST"},
      {"registry.example.com:50 00", "port", "HOST"},
      {":5000", "character", "HOST"},
      {"/team", "character", "HOST"},
      {"a b", "character", "HOST"},
      {"b\xC3\xBC"
       "cher.example",
       "character", "HOST"},
      {"[::1", "']'", "HOST"},
      {"[::1]x:5", "character", "HOST"},
      {"[]", "character", "HOST"},
      {"registry.example.com//a", "empty path part", "HOST"},
      {"registry.example.com/a//b", "empty path part", "HOST"},
      {"registry.example.com/a\nb", "character", "HOST"},
      {"registry.example.com/a?b", "character", "HOST"},
  };
  for (const Row& row : rows) {
    auto name = canonical_registry_name(row.text);
    ASSERT_FALSE(name.has_value()) << row.text << " gave " << *name;
    EXPECT_EQ(name.error().kind, ErrorKind::invalid);
    EXPECT_EQ(name.error().code, "registry.name");
    EXPECT_NE(name.error().context.find(row.context), std::string::npos)
        << row.text << ": " << name.error().context;
    EXPECT_NE(name.error().hint.find(row.hint), std::string::npos)
        << row.text << ": " << name.error().hint;
    EXPECT_EQ(describe(name.error()).find("hunter2"), std::string::npos);
  }
}

TEST(RegistryNameTest, LengthIsBounded) {
  std::string longest = "h/" + std::string(510, 'a');
  EXPECT_TRUE(canonical_registry_name(longest).has_value());
  EXPECT_FALSE(canonical_registry_name(longest + 'a').has_value());
}

TEST(RegistryNameTest, HostOfAName) {
  EXPECT_EQ(registry_host("registry.example.com:5000/team/*"), "registry.example.com:5000");
  EXPECT_EQ(registry_host("docker.io"), "docker.io");
}

TEST(RegistryNameTest, WhichImagesANameServes) {
  struct Row {
    std::string_view name;
    std::string_view registry;
    std::string_view repository;
    bool served;
  };
  const std::vector<Row> rows = {
      {"host.test", "host.test", "team/app", true},
      {"host.test", "host.test:5000", "team/app", false},
      {"host.test", "host.test.evil", "team/app", false},
      {"host.test/team", "host.test", "team/app", false},
      {"host.test/team", "host.test", "team", true},
      {"host.test/team/app", "host.test", "team/app", true},
      {"host.test/team/app", "host.test", "team/app2", false},
      {"host.test/team/*", "host.test", "team/app", true},
      {"host.test/team/*", "host.test", "team/a/b", true},
      {"host.test/team/*", "host.test", "teams/app", false},
      {"host.test/team/*", "host.test", "team", false},
      {"host.test/te*", "host.test", "team/app", true},
      {"host.test/*", "host.test", "app", true},
      {"host.test/*", "other.test", "app", false},
      {"docker.io/library/*", "docker.io", "library/alpine", true},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(serves(row.name, row.registry, row.repository), row.served)
        << row.name << " for " << row.registry << "/" << row.repository;
  }
}

}  // namespace
}  // namespace tallyman
