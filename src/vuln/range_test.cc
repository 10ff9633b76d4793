#include "vuln/range.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tallyman {
namespace {

struct Case {
  std::string installed;
  AffectedRange range;
  bool inside;
};

void check(std::string_view scheme, const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    InstalledVersion installed{one.installed, find_version_scheme(scheme), true};
    EXPECT_EQ(is_inside(installed, one.range), one.inside)
        << scheme << " " << one.installed << " in [" << one.range.introduced << ", "
        << one.range.fixed << ", " << one.range.last_affected << "]";
  }
}

TEST(Range, HasABeginningAndAnEnd) {
  check("deb", {
                   {"1.0-1", {"0", "1.0-2", ""}, true},
                   {"1.0-2", {"0", "1.0-2", ""}, false},
                   {"1.0-2~deb12u1", {"0", "1.0-2", ""}, true},
                   {"1:0.1", {"0", "2.0", ""}, false},
                   {"1.5", {"2.0", "3.0", ""}, false},
                   {"2.0", {"2.0", "3.0", ""}, true},
                   {"2.0", {"0", "", "2.0"}, true},
                   {"2.1", {"0", "", "2.0"}, false},
                   {"99", {"0", "", ""}, true},
                   {"99", {"", "", ""}, true},
                   {"1.0", {"0", "0", ""}, false},
               });
  check("apk", {
                   {"1.2.3-r0", {"0", "1.2.3-r1", ""}, true},
                   {"1.2.3-r1", {"0", "1.2.3-r1", ""}, false},
                   {"1.2.3_rc1-r0", {"0", "1.2.3-r0", ""}, true},
                   {"1.2.3-r1", {"0", "0", ""}, false},
               });
}

TEST(Range, TakesAnUnwrittenRpmEpochFromTheOtherSide) {
  check("rpm", {
                   {"1:1.0-1", {"0", "1.0-2", ""}, true},
                   {"1:1.0-3", {"0", "1.0-2", ""}, false},
                   {"1.0-3", {"0", "1:0.5-1", ""}, true},
                   {"1.0-3", {"0", "0:0.5-1", ""}, false},
               });
  InstalledVersion source{"1.0-3.el9", find_version_scheme("rpm"), false};
  EXPECT_TRUE(is_inside(source, {"0", "1:1.0-4.el9", ""}));
  EXPECT_FALSE(is_inside(source, {"0", "1:1.0-3.el9", ""}));
}

TEST(Modularity, ComparesNameAndStream) {
  EXPECT_TRUE(same_modularity("nodejs:18", "1.module+x", "nodejs:18:8090:abc:x86_64", "1"));
  EXPECT_FALSE(same_modularity("nodejs:1", "1.module+x", "nodejs:18:8090:abc:x86_64", "1"));
  EXPECT_FALSE(same_modularity("nodejs:20", "1.module+x", "nodejs:18", "1"));
}

TEST(Modularity, ReadsTheReleaseWhereThereIsNoLabel) {
  EXPECT_TRUE(same_modularity("", "1-1.module_el8.5.0+1", "", "1-0.module_el8.4.0+9"));
  EXPECT_FALSE(same_modularity("", "1-1.module_el8.5.0+1", "", "1-0.el8"));
  EXPECT_FALSE(same_modularity("", "1-1.el8", "", "1-0.module_el8.4.0+9"));
  EXPECT_FALSE(same_modularity("", "1-1.el8", "nodejs:18:1:2", "1-0.el8"));
  EXPECT_FALSE(same_modularity("nodejs:18", "1-1.el8", "", "1-0.el8"));
  EXPECT_TRUE(same_modularity("", "1-1.el8", "", "1-0.el8"));
  EXPECT_TRUE(same_modularity("", "", "nodejs:18:1:2", "1-0.el8"));  // nothing to tell by
}

}  // namespace
}  // namespace tallyman
