#include "registry/content_range.h"

#include <gtest/gtest.h>

namespace tallyman {
namespace {

TEST(ContentRange, Valid) {
  EXPECT_EQ(parse_content_range("bytes 5-9/10"), (ContentRange{5, 9, 10}));
  EXPECT_EQ(parse_content_range("Bytes 0-0/*"), (ContentRange{0, 0, std::nullopt}));
}

TEST(ContentRange, Invalid) {
  for (std::string_view value :
       {"", "bytes", "bytes */10", "bytes 5-4/10", "bytes 5-10/10", "bytes 5-9", "bytes -9/10",
        "bytes 5-/10", "bytes 5-9/x", "items 5-9/10", "bytes 5-9/10/11", "bytes=5-9/10",
        "bytes 99999999999999999999-9/10"}) {
    EXPECT_EQ(parse_content_range(value), std::nullopt) << value;
  }
}

}  // namespace
}  // namespace tallyman
