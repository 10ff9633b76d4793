#include "parse/assignments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tallyman {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(Assignments, FollowsTheQuotingRules) {
  EXPECT_THAT(parse_assignments(R"(A=plain
B="double \"q\" \$x \\ \`y\` \n"
C='single "q" \'
D=two words
E=back\slash
F=
G="")"),
              ElementsAre(Pair("A", "plain"), Pair("B", R"(double "q" $x \ `y` \n)"),
                          Pair("C", R"(single "q" \)"), Pair("D", "two words"),
                          Pair("E", "backslash"), Pair("F", ""), Pair("G", "")));
}

TEST(Assignments, LaterAssignmentCounts) {
  EXPECT_THAT(parse_assignments("A=1\nA=2\n"), ElementsAre(Pair("A", "2")));
}

TEST(Assignments, PassesOverEverythingElse) {
  EXPECT_THAT(parse_assignments("# A=1\n=2\n1A=3\nA B=4\nprose\n\n\r\n"), IsEmpty());
}

TEST(Assignments, EndsWithTheText) {
  EXPECT_THAT(parse_assignments("  A=1\r\n\tB=\"open"),
              ElementsAre(Pair("A", "1"), Pair("B", "open")));
  EXPECT_THAT(parse_assignments("A=\"x\\"), ElementsAre(Pair("A", "x\\")));
  EXPECT_THAT(parse_assignments("A=x\\"), ElementsAre(Pair("A", "x\\")));
}

}  // namespace
}  // namespace tallyman
