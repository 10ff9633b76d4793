#include "vuln/cvss.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tallyman {
namespace {

struct Scored {
  std::string vector;
  double score;
  Severity severity;
};

// The examples of the FIRST and NVD documents, and the corners of each formula.
TEST(Cvss, ScoresKnownVectors) {
  const std::vector<Scored> cases = {
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8, Severity::critical},
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0, Severity::critical},
      {"CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9, Severity::critical},
      {"CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4, Severity::medium},
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1, Severity::medium},
      {"CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 3.1, Severity::low},
      {"CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:N/I:H/A:N", 6.8, Severity::medium},
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 7.5, Severity::high},
      {"CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 7.8, Severity::high},
      {"CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 6.8, Severity::medium},
      {"CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 8.8, Severity::high},
      {"CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L", 4.2, Severity::medium},
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0, Severity::negligible},
      {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P/RL:O/RC:C", 9.8, Severity::critical},
      {"AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8, Severity::high},
      {"AV:N/AC:L/Au:N/C:C/I:C/A:C", 10.0, Severity::high},
      {"AV:L/AC:H/Au:N/C:C/I:C/A:C", 6.2, Severity::medium},
      {"AV:N/AC:M/Au:N/C:N/I:P/A:N", 4.3, Severity::medium},
      {"AV:N/AC:L/Au:N/C:P/I:P/A:P", 7.5, Severity::high},
      {"AV:L/AC:L/Au:N/C:P/I:N/A:N", 2.1, Severity::low},
      {"AV:N/AC:L/Au:N/C:N/I:N/A:N", 0.0, Severity::low},
  };
  for (const Scored& one : cases) {
    std::optional<CvssScore> score = score_cvss(one.vector);
    ASSERT_TRUE(score && score->base) << one.vector;
    EXPECT_DOUBLE_EQ(*score->base, one.score) << one.vector;
    EXPECT_EQ(score->severity, one.severity) << one.vector;
  }
}

TEST(Cvss, ChecksVersion4WithoutScoringIt) {
  std::optional<CvssScore> score =
      score_cvss("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:A");
  ASSERT_TRUE(score);
  EXPECT_EQ(score->version, 4);
  EXPECT_FALSE(score->base);
  EXPECT_EQ(score->severity, Severity::unknown);
  EXPECT_FALSE(score_cvss("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N"));
}

TEST(Cvss, RefusesWhatIsNoVector) {
  for (std::string text : {
           "",
           "high",
           "CVSS:3.1/",
           "CVSS:5.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
           "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",           // one missing
           "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",  // one twice
           "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",       // no such value
           "CVSS:3.1/AV:NA/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",      // two letters
           "CVSS:3.1/AV:/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",        // none
           "AV:N/AC:L/Au:N/C:P/I:P",
       }) {
    EXPECT_FALSE(score_cvss(text)) << text;
  }
  EXPECT_FALSE(
      score_cvss("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/X:" + std::string(500, 'X')));
}

}  // namespace
}  // namespace tallyman
