#include "registry/scope.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tallyman {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Scope, PullOfARepository) { EXPECT_EQ(pull_scope("a/b"), "repository:a/b:pull"); }

TEST(Scope, DemandedComesFirst) {
  EXPECT_THAT(scopes_to_ask("", "repository:a:pull"), ElementsAre("repository:a:pull"));
  EXPECT_THAT(scopes_to_ask("repository:a:pull", "repository:a:pull"),
              ElementsAre("repository:a:pull"));
  EXPECT_THAT(scopes_to_ask("repository:b:pull repository:c:pull", "repository:a:pull"),
              ElementsAre("repository:b:pull", "repository:c:pull", "repository:a:pull"));
  EXPECT_THAT(scopes_to_ask("repository:b:pull", ""), ElementsAre("repository:b:pull"));
  EXPECT_THAT(scopes_to_ask("", ""), IsEmpty());
}

TEST(Scope, WritingIsNeverAskedFor) {
  EXPECT_THAT(scopes_to_ask("repository:a:pull,push,delete", ""), ElementsAre("repository:a:pull"));
  EXPECT_THAT(scopes_to_ask("repository:a:push registry:catalog:*", ""), IsEmpty());
  EXPECT_THAT(scopes_to_ask("repository:a:metadata_read,metadata_write", ""),
              ElementsAre("repository:a:metadata_read"));
}

TEST(Scope, NamesMayHoldColons) {
  EXPECT_THAT(scopes_to_ask("repository:host:5000/a/b:pull,push", ""),
              ElementsAre("repository:host:5000/a/b:pull"));
}

TEST(Scope, NonsenseIsDropped) {
  EXPECT_THAT(scopes_to_ask("x : :: a:b  pull", ""), IsEmpty());
  EXPECT_THAT(scopes_to_ask("repository:" + std::string(600, 'a') + ":pull", ""), IsEmpty());
  std::string many;
  for (int i = 0; i < 100; ++i) many += "repository:r" + std::to_string(i) + ":pull ";
  auto scopes = scopes_to_ask(many, "repository:mine:pull");
  EXPECT_EQ(scopes.size(), 8U);
  EXPECT_EQ(scopes.back(), "repository:mine:pull");
}

}  // namespace
}  // namespace tallyman
