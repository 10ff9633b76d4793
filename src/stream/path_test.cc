#include "stream/path.h"

#include <gmock/gmock.h>

#include "stream/limits.h"

namespace tallyman {
namespace {

TEST(NormalisePath, TakesAwayWhatMeansNothing) {
  struct Row {
    std::string_view raw;
    std::string_view normal;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"usr/bin/env", "usr/bin/env"},
           {"/usr/bin", "usr/bin"},
           {"./usr/bin/", "usr/bin"},
           {".//usr", "usr"},
           {"././usr", "usr"},
           {"//usr///bin//", "usr/bin"},
           {"usr/./bin", "usr/bin"},
           {"usr/bin/.", "usr/bin"},
           {"usr/bin/./", "usr/bin"},
           {".", ""},
           {"./", ""},
           {"/", ""},
           {"./.", ""},
           {"///", ""},
           {".wh..wh..opq", ".wh..wh..opq"},
           {"a/.hidden/..b/...", "a/.hidden/..b/..."},
           {"a/b.", "a/b."},
           {" ", " "},
           {"a\\b", "a\\b"},
           {"a", "a"},
       }) {
    EXPECT_EQ(normalise_path(row.raw), row.normal) << row.raw;
  }
}

TEST(NormalisePath, RefusesWhatNoImageMeansWell) {
  for (std::string_view raw :
       {std::string_view(""), std::string_view(".."), std::string_view("../a"),
        std::string_view("a/.."), std::string_view("a/../b"), std::string_view("/../a"),
        std::string_view("a/../"), std::string_view("./.."), std::string_view("a\0b", 3),
        std::string_view("\0", 1)}) {
    EXPECT_EQ(normalise_path(raw), std::nullopt) << raw;
  }
}

TEST(NormalisePath, BoundsLengthAndDepth) {
  const Limits limits;
  EXPECT_TRUE(normalise_path(std::string(limits.path_bytes, 'a')));
  EXPECT_FALSE(normalise_path(std::string(limits.path_bytes + 1, 'a')));
  std::string deep;
  for (std::size_t i = 0; i < limits.path_depth; ++i) deep += "a/";
  EXPECT_TRUE(normalise_path(deep));
  EXPECT_FALSE(normalise_path(deep + "a"));
}

}  // namespace
}  // namespace tallyman
