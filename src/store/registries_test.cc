#include "store/registries.h"

#include <gtest/gtest.h>

#include "store/test_support.h"
#include "support/shared.h"

namespace tallyman {
namespace {

using namespace testing_support;

class RegistriesTest : public ::testing::Test {
 protected:
  static std::string code(const auto& result) { return result ? "" : result.error().code; }
  std::string served_by(std::string_view registry, std::string_view repository) {
    auto record = registries_.serving(registry, repository).value();
    return record ? record->registry : "none";
  }
  TemporaryFolder folder_;
  SteppedClock clock_;
  std::unique_ptr<Database> database_ = Database::open(folder_.path() / "a.db").value();
  StoreKey key_{*database_, folder_.path() / "key", clock_};
  Registries registries_{*database_, key_, clock_};
};

TEST_F(RegistriesTest, AddsAndGetsBack) {
  RegistryRecord record = record_of("Registry.Example.com:5000");
  record.name = "our registry";
  record.verify = false;
  record.ca_file = "/etc/ca.pem";
  auto added = registries_.add(record, Secret("hunter2"));
  ASSERT_TRUE(added.has_value()) << added.error().context;
  EXPECT_EQ(added->registry, "registry.example.com:5000");
  auto got = registries_.get("registry.example.com:5000");
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->registry, "registry.example.com:5000");
  EXPECT_EQ(got->name, "our registry");
  EXPECT_EQ(got->type, "docker_v2");
  EXPECT_EQ(got->user, "ann");
  EXPECT_FALSE(got->verify);
  EXPECT_EQ(got->ca_file, "/etc/ca.pem");
  EXPECT_EQ(got->created, clock_.time);
  EXPECT_EQ(got->updated, clock_.time);
  EXPECT_EQ(registries_.password("REGISTRY.example.com:5000").value().reveal(), "hunter2");
}

TEST_F(RegistriesTest, NameDefaultsToTheRegistry) {
  EXPECT_EQ(registries_.add(record_of("a.test"), Secret("x")).value().name, "a.test");
}

TEST_F(RegistriesTest, SecondRecordOfThatNameIsAConflict) {
  ASSERT_TRUE(registries_.add(record_of("a.test"), Secret("first")));
  auto again = registries_.add(record_of("A.test:443"), Secret("second"));
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().code, "registry.exists");
  EXPECT_EQ(again.error().kind, ErrorKind::conflict);
  EXPECT_EQ(registries_.password("a.test").value().reveal(), "first");
}

TEST_F(RegistriesTest, InvalidRecordsAreRefused) {
  EXPECT_EQ(code(registries_.add(record_of("https://a.test"), Secret("x"))), "registry.name");
  EXPECT_EQ(code(registries_.add(record_of("a.test/"), Secret("x"))), "registry.name");
  EXPECT_EQ(code(registries_.add(record_of("a.test", "ann:pw"), Secret("x"))), "registry.user");
  EXPECT_EQ(code(registries_.add(record_of("a.test", "a\nb"), Secret("x"))), "registry.user");
  EXPECT_EQ(code(registries_.add(record_of("a.test"), Secret())), "registry.password_missing");
  EXPECT_EQ(
      code(registries_.add(record_of("a.test"), Secret(std::string(kMaximumSecret + 1, 'x')))),
      "store.secret_too_large");
  EXPECT_TRUE(registries_.list().value().empty()) << "a refused record left a trace";
}

TEST_F(RegistriesTest, RecordWithoutAUserNeedsNoKey) {
  ASSERT_TRUE(registries_.add(record_of("a.test", ""), Secret()));
  EXPECT_TRUE(registries_.password("a.test").value().empty());
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "key"));
}

TEST_F(RegistriesTest, UnknownOnesAreNotFound) {
  EXPECT_EQ(code(registries_.get("none.test")), "registry.unknown");
  EXPECT_EQ(code(registries_.remove("none.test")), "registry.unknown");
  EXPECT_EQ(code(registries_.password("none.test")), "registry.unknown");
  auto updated = registries_.update(record_of("none.test"), Secret("x"));
  ASSERT_FALSE(updated.has_value());
  EXPECT_EQ(updated.error().code, "registry.unknown");
  EXPECT_EQ(updated.error().kind, ErrorKind::not_found);
}

TEST_F(RegistriesTest, UpdateKeepsThePasswordUnlessOneIsGiven) {
  ASSERT_TRUE(registries_.add(record_of("a.test"), Secret("first")));
  Microseconds created = clock_.time;
  clock_.time += 5'000'000;
  RegistryRecord record = record_of("a.test", "bob");
  record.verify = false;
  auto updated = registries_.update(record, std::nullopt);
  ASSERT_TRUE(updated.has_value());
  EXPECT_EQ(updated->created, created);
  EXPECT_EQ(updated->updated, clock_.time);
  RegistryRecord got = registries_.get("a.test").value();
  EXPECT_EQ(got.user, "bob");
  EXPECT_FALSE(got.verify);
  EXPECT_EQ(got.created, created);
  EXPECT_EQ(registries_.password("a.test").value().reveal(), "first");
  ASSERT_TRUE(registries_.update(record, Secret("second")));
  EXPECT_EQ(registries_.password("a.test").value().reveal(), "second");
}

TEST_F(RegistriesTest, UserMayComeAndGo) {
  ASSERT_TRUE(registries_.add(record_of("a.test", ""), Secret()));
  EXPECT_EQ(code(registries_.update(record_of("a.test"), std::nullopt)),
            "registry.password_missing");
  EXPECT_EQ(registries_.get("a.test").value().user, "");
  ASSERT_TRUE(registries_.update(record_of("a.test"), Secret("pw")));
  EXPECT_EQ(code(registries_.update(record_of("a.test"), Secret())), "registry.password_missing");
  ASSERT_TRUE(registries_.update(record_of("a.test", ""), std::nullopt));
  EXPECT_TRUE(registries_.password("a.test").value().empty());
  Statement query = database_->prepare("SELECT COUNT(*) FROM registry_secrets").value();
  ASSERT_TRUE(query.step().value());
  EXPECT_EQ(query.integer(0), 0);
}

TEST_F(RegistriesTest, RemoveTakesTheSecretWithIt) {
  ASSERT_TRUE(registries_.add(record_of("a.test"), Secret("x")));
  ASSERT_TRUE(registries_.add(record_of("b.test"), Secret("y")));
  ASSERT_TRUE(registries_.remove("a.test"));
  EXPECT_EQ(code(registries_.get("a.test")), "registry.unknown");
  EXPECT_EQ(registries_.password("b.test").value().reveal(), "y");
  Statement query = database_->prepare("SELECT COUNT(*) FROM registry_secrets").value();
  ASSERT_TRUE(query.step().value());
  EXPECT_EQ(query.integer(0), 1);
}

TEST_F(RegistriesTest, ListIsSorted) {
  for (const char* name : {"b.test", "a.test/team", "a.test"}) {
    ASSERT_TRUE(registries_.add(record_of(name), Secret("x")));
  }
  auto records = registries_.list().value();
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].registry, "a.test");
  EXPECT_EQ(records[1].registry, "a.test/team");
  EXPECT_EQ(records[2].registry, "b.test");
}

TEST_F(RegistriesTest, LongestNameServes) {
  for (const char* name : {"a.test", "a.test/team/*", "a.test/team/app", "a.test/te*",
                           "a.test/team/ap*", "docker.io/library/*", "b.test:5000"}) {
    ASSERT_TRUE(registries_.add(record_of(name), Secret("x")));
  }
  EXPECT_EQ(served_by("a.test", "team/app"), "a.test/team/app");
  EXPECT_EQ(served_by("a.test", "team/apple"), "a.test/team/ap*");
  EXPECT_EQ(served_by("a.test", "team/other"), "a.test/team/*");
  EXPECT_EQ(served_by("a.test", "tea"), "a.test/te*");
  EXPECT_EQ(served_by("a.test", "x"), "a.test");
  EXPECT_EQ(served_by("docker.io", "library/alpine"), "docker.io/library/*");
  EXPECT_EQ(served_by("docker.io", "team/app"), "none");
  EXPECT_EQ(served_by("b.test", "x"), "none") << "another port is another registry";
  EXPECT_EQ(served_by("b.test:5000", "x"), "b.test:5000");
}

TEST_F(RegistriesTest, ExactNameBeatsAnEquallyLongWildcard) {
  ASSERT_TRUE(registries_.add(record_of("a.test/ab"), Secret("x")));
  ASSERT_TRUE(registries_.add(record_of("a.test/a*"), Secret("x")));
  EXPECT_EQ(served_by("a.test", "ab"), "a.test/ab");
  EXPECT_EQ(served_by("a.test", "ac"), "a.test/a*");
}

TEST_F(RegistriesTest, SwappedSecretsAreRefused) {
  ASSERT_TRUE(registries_.add(record_of("a.test"), Secret("secret of a")));
  ASSERT_TRUE(registries_.add(record_of("b.test"), Secret("secret of b")));
  ASSERT_TRUE(database_->execute(
      "UPDATE registry_secrets SET envelope = (SELECT envelope FROM registry_secrets WHERE "
      "registry = 'b.test') WHERE registry = 'a.test'"));
  EXPECT_EQ(code(registries_.password("a.test")), "store.secret_unreadable");
  EXPECT_EQ(registries_.password("b.test").value().reveal(), "secret of b");
}

TEST_F(RegistriesTest, OldSecretPutBackIsRefused) {
  ASSERT_TRUE(registries_.add(record_of("a.test"), Secret("old")));
  ASSERT_TRUE(database_->execute("CREATE TABLE kept AS SELECT envelope FROM registry_secrets"));
  ASSERT_TRUE(registries_.update(record_of("a.test"), Secret("new")));
  ASSERT_TRUE(
      database_->execute("UPDATE registry_secrets SET envelope = (SELECT envelope FROM kept)"));
  EXPECT_EQ(code(registries_.password("a.test")), "store.secret_unreadable");
}

TEST_F(RegistriesTest, VanishedSecretNeverBecomesAnonymous) {
  ASSERT_TRUE(registries_.add(record_of("a.test"), Secret("x")));
  ASSERT_TRUE(database_->execute("DELETE FROM registry_secrets"));
  EXPECT_NE(code(registries_.password("a.test")), "");
  ASSERT_TRUE(registries_.add(record_of("b.test"), Secret("y")));
  EXPECT_EQ(code(registries_.password("a.test")), "store.secret_unreadable");
}

}  // namespace
}  // namespace tallyman
