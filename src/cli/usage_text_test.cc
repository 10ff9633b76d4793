#include "cli/usage_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

namespace tallyman {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// What is said about one argument; "on" or "off", as --validate came out, when it is taken.
std::string said(const std::string& argument) {
  CLI::App app;
  bool plain = false;
  bool checked = true;
  std::size_t number = 0;
  app.add_flag("--password-stdin", plain);
  app.add_flag_function("--validate", [&](std::int64_t count) { checked = count > 0; })
      ->check(check_boolean);
  app.add_option("--parallelism", number);
  try {
    app.parse(std::vector<std::string>{argument});
  } catch (const CLI::ParseError& error) {
    return usage_text(error.what());
  }
  return checked ? "on" : "off";
}

TEST(UsageText, ValuesThatDoNotFitAreNotShown) {
  for (std::string flag : {"--password-stdin", "--validate", "--parallelism"}) {
    std::string text = said(flag + "=hunter2=x");
    EXPECT_THAT(text, HasSubstr(flag));
    EXPECT_THAT(text, Not(HasSubstr("hunter2")));
  }
}

TEST(UsageText, BooleansInEverySpelling) {
  for (std::string yes : {"true", "TRUE", "yes", "1"}) EXPECT_EQ(said("--validate=" + yes), "on");
  for (std::string no : {"false", "FALSE", "no", "0"}) EXPECT_EQ(said("--validate=" + no), "off");
  EXPECT_EQ(said("--validate"), "on");
}

TEST(UsageText, OtherMessagesAreShownAsTheyAre) {
  EXPECT_EQ(usage_text("registry is required"), "registry is required");
  EXPECT_EQ(usage_text("a\x1b[31m"), "a?[31m");
}

}  // namespace
}  // namespace tallyman
