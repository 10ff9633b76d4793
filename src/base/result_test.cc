#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace tallyman {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return fail(ErrorKind::invalid, "test.odd", "it is odd", "use another");
  return number / 2;
}

Result<int> quarter(int number) { return TRY(half(TRY(half(number)))); }

Result<void> check(int number) {
  TRY(half(number));
  return {};
}

Result<std::unique_ptr<int>> boxed(int number) { return std::make_unique<int>(TRY(half(number))); }

TEST(Result, TryUnwrapsOrReturns) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error().code, "test.odd");
  EXPECT_TRUE(check(2).has_value());
  EXPECT_EQ(check(1).error().context, "it is odd");
  EXPECT_EQ(**boxed(4), 2);
}

TEST(Error, Describes) {
  Error error = half(1).error();
  EXPECT_EQ(describe(error), "error test.odd: it is odd\n  hint: use another");
  error.hint.clear();
  EXPECT_EQ(describe(with_context(error, "halving 1")), "error test.odd: halving 1: it is odd");
}

TEST(Error, OnlyTheOtherSidesTroubleIsRetryable) {
  EXPECT_TRUE((Error{ErrorKind::unavailable, "", "", ""}.retryable()));
  EXPECT_TRUE((Error{ErrorKind::timeout, "", "", ""}.retryable()));
  EXPECT_FALSE((Error{ErrorKind::denied, "", "", ""}.retryable()));
  EXPECT_FALSE((Error{ErrorKind::corrupt, "", "", ""}.retryable()));
  EXPECT_EQ(to_string(ErrorKind::too_large), "too_large");
}

}  // namespace
}  // namespace tallyman
