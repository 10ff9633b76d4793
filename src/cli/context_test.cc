#include "cli/context.h"

#include <gtest/gtest.h>

#include <sstream>

namespace tallyman {
namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

std::string data(Variables variables) {
  auto folder = data_folder(Environment(std::move(variables)));
  return folder ? folder->string() : "error " + folder.error().code;
}

std::string cache(Variables variables) {
  auto folder = cache_folder(Environment(std::move(variables)));
  return folder ? folder->string() : "error " + folder.error().code;
}

TEST(ContextTest, DataFolderFollowsTheEnvironment) {
  EXPECT_EQ(data({{"TALLYMAN_DATA_DIR", "/d"}, {"XDG_DATA_HOME", "/x"}, {"HOME", "/h"}}), "/d");
  EXPECT_EQ(data({{"XDG_DATA_HOME", "/x"}, {"HOME", "/h"}}), "/x/tallyman");
  EXPECT_EQ(data({{"XDG_DATA_HOME", "relative"}, {"HOME", "/h"}}), "/h/.local/share/tallyman");
  EXPECT_EQ(data({{"TALLYMAN_DATA_DIR", ""}, {"XDG_DATA_HOME", ""}, {"HOME", "/h"}}),
            "/h/.local/share/tallyman");
  EXPECT_EQ(data({}), "error folder.unknown");
  EXPECT_EQ(data({{"TALLYMAN_DATA_DIR", "here"}}), (std::filesystem::current_path() / "here"));
}

TEST(ContextTest, CacheFolderFollowsTheEnvironment) {
  EXPECT_EQ(cache({{"TALLYMAN_CACHE_DIR", "/c"}, {"HOME", "/h"}}), "/c");
  EXPECT_EQ(cache({{"XDG_CACHE_HOME", "/x"}}), "/x/tallyman");
  EXPECT_EQ(cache({{"HOME", "/h"}}), "/h/.cache/tallyman");
}

TEST(ContextTest, BooleansInEveryLetterCase) {
  for (const char* text : {"true", "TRUE", "True", "yes", "Yes", "1"}) {
    EXPECT_EQ(parse_boolean(text), true) << text;
  }
  for (const char* text : {"false", "False", "no", "NO", "0"}) {
    EXPECT_EQ(parse_boolean(text), false) << text;
  }
  for (const char* text : {"", "2", "tru", "truee", "on", " true"}) {
    EXPECT_EQ(parse_boolean(text), std::nullopt) << text;
  }
}

TEST(ContextTest, ErrorsAreOneParagraphThatCannotDriveTheTerminal) {
  Environment environment;
  std::ostringstream out;
  std::ostringstream err;
  CommandContext context{
      .environment = environment, .out = out, .err = err, .clock = system_clock()};
  Error error{ErrorKind::corrupt, "a.code", "what\x1b[31m\nhappened", "do this"};
  EXPECT_EQ(report_error(error, context), 1);
  EXPECT_EQ(err.str(), "error a.code: what?[31m?happened\n  hint: do this\n");
  EXPECT_EQ(out.str(), "");
  EXPECT_EQ(exit_code({ErrorKind::invalid, "", "", ""}), 3);
}

TEST(ContextTest, OutputThatIsLostIsAFailure) {
  Environment environment;
  std::ostringstream out;
  std::ostringstream err;
  CommandContext context{
      .environment = environment, .out = out, .err = err, .clock = system_clock()};
  EXPECT_EQ(finish_output(0, context), 0);
  EXPECT_EQ(err.str(), "");
  out.setstate(std::ios::badbit);
  EXPECT_EQ(finish_output(2, context), 2) << "the first failure counts";
  EXPECT_EQ(err.str(), "");
  EXPECT_EQ(finish_output(0, context), 1);
  EXPECT_NE(err.str().find("output.failed"), std::string::npos);
}

}  // namespace
}  // namespace tallyman
