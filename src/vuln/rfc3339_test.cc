#include "vuln/rfc3339.h"

#include <gtest/gtest.h>

#include <string>

namespace tallyman {
namespace {

TEST(Rfc3339, ReadsTimeStampsOfFeeds) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parse_rfc3339("2025-04-03T19:55:39Z"), 1743710139'000000);
  EXPECT_EQ(parse_rfc3339("2025-04-03T19:55:39.5Z"), 1743710139'500000);
  EXPECT_EQ(parse_rfc3339("2026-07-13T05:49:10.9600809Z"), 1783921750'960080);
  EXPECT_EQ(parse_rfc3339("2025-04-03T21:55:39+02:00"), 1743710139'000000);
  EXPECT_EQ(parse_rfc3339("0001-01-01T00:00:00Z"), -62135596800'000000);
}

TEST(Rfc3339, RefusesEverythingElse) {
  for (std::string text :
       {"", "2025-04-03", "2025-13-03T19:55:39Z", "2025-02-30T19:55:39Z", "2025-04-03T24:00:00Z",
        "2025-04-03T19:60:00Z", "2025-04-03T19:55:39", "2025-04-03T19:55:39.Z",
        "2025-04-03T19:55:39Zx", "2025-4-3T19:55:39Z", "2025-04-03T19:55:39+0200"}) {
    EXPECT_EQ(parse_rfc3339(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace tallyman
