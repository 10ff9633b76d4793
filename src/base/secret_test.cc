#include "base/secret.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <type_traits>

namespace tallyman {
namespace {

template <class T>
concept Streams = requires(std::ostream& out, const T& value) { out << value; };

TEST(Secret, CannotBeShownByAccident) {
  static_assert(!Streams<Secret>);
  static_assert(!fmt::is_formattable<Secret>::value);
  static_assert(!std::is_convertible_v<Secret, std::string>);
  static_assert(!std::is_convertible_v<Secret, std::string_view>);
  static_assert(!std::is_convertible_v<std::string, Secret>);
}

TEST(Secret, HoldsItsValue) {
  Secret secret(std::string("pass\nword"));
  EXPECT_EQ(secret.reveal(), "pass\nword");
  EXPECT_EQ(secret.size(), 9U);
  EXPECT_FALSE(secret.empty());
  EXPECT_TRUE(Secret().empty());
}

TEST(Secret, Compares) {
  EXPECT_TRUE(Secret(std::string("abc")) == Secret(std::string("abc")));
  EXPECT_FALSE(Secret(std::string("abc")) == Secret(std::string("abd")));
  EXPECT_FALSE(Secret(std::string("abc")) == Secret(std::string("abcd")));
  EXPECT_TRUE(Secret() == Secret(std::string()));
}

TEST(Secret, CopiesAndMoves) {
  Secret a(std::string(100, 'x'));
  Secret b = a;
  EXPECT_TRUE(a == b);
  Secret c = std::move(b);
  EXPECT_TRUE(a == c);
  EXPECT_TRUE(b.empty());  // NOLINT(bugprone-use-after-move): what a move leaves is the point
  Secret d(std::string("old"));
  d = a;
  EXPECT_TRUE(d == a);
  Secret e(std::string("old"));
  e = std::move(c);
  EXPECT_TRUE(e == a);
  EXPECT_TRUE(c.empty());  // NOLINT(bugprone-use-after-move)
  Secret& alias = d;
  d = alias;
  EXPECT_TRUE(d == a);
}

TEST(Secret, MovingAShortSecretLeavesNothingBehind) {
  Secret a(std::string("short"));
  const char* where = a.reveal().data();
  Secret b = std::move(a);
  EXPECT_EQ(std::string_view(where, 5), std::string_view("\0\0\0\0\0", 5));
}

TEST(Secret, WipeClearsTheWholeBuffer) {
  std::string text(100, 'x');
  text.resize(3);  // the rest of the buffer still holds the old text
  const char* where = text.data();
  Secret::wipe(text);
  EXPECT_TRUE(text.empty());
  ASSERT_EQ(text.data(), where);
  text.resize(text.capacity());
  EXPECT_TRUE(std::ranges::all_of(text, [](char c) { return c == '\0'; }));
}

}  // namespace
}  // namespace tallyman
