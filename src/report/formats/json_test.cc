#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/testing/samples.h"

namespace tallyman {
namespace {

using testing::HasSubstr;
using testing_support::expect_golden;
using testing_support::rendered;

TEST(JsonFormat, Ordinary) {
  expect_golden("ordinary.json", rendered("json", testing_support::ordinary_report()));
}

TEST(JsonFormat, Unassessed) {
  std::string text = rendered("json", testing_support::unassessed_report());
  expect_golden("unassessed.json", text);
  EXPECT_THAT(text, HasSubstr("\"assessed\": false"));
  EXPECT_THAT(text, HasSubstr("\"distro\": null"));
  EXPECT_THAT(text, HasSubstr("\"index\": null"));
}

TEST(JsonFormat, Hostile) {
  expect_golden("hostile.json", rendered("json", testing_support::hostile_report()));
}

}  // namespace
}  // namespace tallyman
