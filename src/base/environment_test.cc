#include "base/environment.h"

#include <gtest/gtest.h>
#include <stdlib.h>

namespace tallyman {
namespace {

TEST(Environment, GivesWhatItWasGiven) {
  Environment environment({{"A", "1"}, {"EMPTY", ""}});
  EXPECT_EQ(environment.get("A"), "1");
  EXPECT_EQ(environment.get("EMPTY"), "");
  EXPECT_EQ(environment.get("B"), std::nullopt);
  EXPECT_EQ(environment.get_or_empty("B"), "");
}

TEST(Environment, CopiesTheProcess) {
  ::setenv("TALLYMAN_ENVIRONMENT_TEST", "a=b\nc", 1);
  Environment environment = Environment::from_process();
  ::unsetenv("TALLYMAN_ENVIRONMENT_TEST");
  EXPECT_EQ(environment.get("TALLYMAN_ENVIRONMENT_TEST"), "a=b\nc");
}

}  // namespace
}  // namespace tallyman
