#include "model/uuid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tallyman {
namespace {

TEST(Uuid, HasTheFormOfVersion8AndDependsOnContent) {
  std::string uuid = content_uuid("a");
  EXPECT_EQ(uuid.size(), 36U);
  EXPECT_EQ(uuid.find_first_not_of("0123456789abcdef-"), std::string::npos);
  for (std::size_t at : {8U, 13U, 18U, 23U}) EXPECT_EQ(uuid[at], '-');
  EXPECT_EQ(uuid[14], '8');
  EXPECT_THAT(uuid[19], testing::AnyOf('8', '9', 'a', 'b'));
  EXPECT_EQ(uuid, content_uuid("a"));
  EXPECT_NE(uuid, content_uuid("b"));
}

}  // namespace
}  // namespace tallyman
