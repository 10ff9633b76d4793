#include "report/format.h"

#include <gtest/gtest.h>

#include <set>

#include "base/text.h"
#include "report/testing/samples.h"

namespace tallyman {
namespace {

using testing_support::rendered;

TEST(Formats, AreFoundById) {
  std::set<std::string_view> ids;
  for (const Format* format : formats::all()) {
    EXPECT_EQ(find_format(format->id), format);
    EXPECT_FALSE(format->description.empty());
    ids.insert(format->id);
  }
  EXPECT_EQ(ids, (std::set<std::string_view>{"table", "json", "cyclonedx-json"}));
  EXPECT_EQ(find_format("xml"), nullptr);
  EXPECT_EQ(find_format(""), nullptr);
}

TEST(Formats, AreDeterministic) {
  for (const Format* format : formats::all()) {
    EXPECT_EQ(format->render(testing_support::ordinary_report(), {}),
              format->render(testing_support::ordinary_report(), {}))
        << format->id;
  }
}

TEST(Formats, SurviveAnEmptyReport) {
  for (const Format* format : formats::all()) {
    EXPECT_TRUE(format->render(Report(), {}).ends_with("\n")) << format->id;
  }
}

// Neither a terminal nor a reader of text may meet a control character, a bidirectional override
// or a broken sequence.
TEST(Formats, NothingFromAStrangerArrivesRaw) {
  for (const Format* format : formats::all()) {
    std::string text = rendered(format->id, testing_support::hostile_report());
    for (std::string_view line : split(text, '\n')) EXPECT_EQ(printable(line), line) << format->id;
  }
}

}  // namespace
}  // namespace tallyman
