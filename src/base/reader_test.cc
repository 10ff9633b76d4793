#include "base/reader.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace tallyman {
namespace {

// Gives `total` bytes, `step` at a time, then fails or ends.
class SlowReader final : public Reader {
 public:
  SlowReader(std::size_t total, std::size_t step, bool fails)
      : left_(total), step_(step), fails_(fails) {}
  Result<std::size_t> read(ByteSpan into) override {
    if (left_ == 0 && fails_) return fail(ErrorKind::unavailable, "test.broken", "broken");
    std::size_t count = std::min({left_, step_, into.size()});
    std::fill_n(into.begin(), count, std::uint8_t{7});
    left_ -= count;
    given_ += count;
    return count;
  }
  std::size_t given() const { return given_; }

 private:
  std::size_t left_;
  std::size_t step_;
  bool fails_;
  std::size_t given_ = 0;
};

TEST(Reader, ReadFullGathers) {
  SlowReader reader(10, 3, false);
  Bytes buffer(8);
  EXPECT_EQ(read_full(reader, buffer).value(), 8U);
  EXPECT_EQ(read_full(reader, buffer).value(), 2U);
  EXPECT_EQ(read_full(reader, buffer).value(), 0U);
}

TEST(Reader, ReadFullPassesErrorsOn) {
  SlowReader reader(5, 3, true);
  Bytes buffer(8);
  EXPECT_EQ(read_full(reader, buffer).error().code, "test.broken");
}

TEST(Reader, ReadAllUpToTheLimit) {
  for (std::size_t total : {std::size_t{0}, std::size_t{1}, std::size_t{65'535},
                            std::size_t{65'536}, std::size_t{300'000}}) {
    SlowReader reader(total, 1000, false);
    EXPECT_EQ(read_all(reader, total).value(), Bytes(total, 7)) << total;
  }
}

TEST(Reader, ReadAllStopsBeyondTheLimit) {
  for (std::size_t limit : {std::size_t{0}, std::size_t{999}, std::size_t{200'000}}) {
    SlowReader reader(100'000'000, 1 << 20, false);
    Result<Bytes> bytes = read_all(reader, limit);
    ASSERT_FALSE(bytes.has_value());
    EXPECT_EQ(bytes.error().kind, ErrorKind::too_large);
    EXPECT_EQ(bytes.error().code, "stream.too_large");
    EXPECT_LE(reader.given(), limit + 64 * 1024);
  }
}

TEST(Reader, ReadAllPassesErrorsOn) {
  SlowReader reader(100, 10, true);
  EXPECT_EQ(read_all(reader, 1000).error().code, "test.broken");
}

TEST(Reader, Memory) {
  Bytes bytes = {1, 2, 3};
  MemoryReader reader(bytes);
  Bytes buffer(2);
  EXPECT_EQ(reader.read({}).value(), 0U);
  EXPECT_EQ(reader.read(buffer).value(), 2U);
  EXPECT_EQ(buffer, (Bytes{1, 2}));
  EXPECT_EQ(reader.read(buffer).value(), 1U);
  EXPECT_EQ(buffer[0], 3);
  EXPECT_EQ(reader.read(buffer).value(), 0U);
  EXPECT_EQ(reader.read(buffer).value(), 0U);
}

}  // namespace
}  // namespace tallyman
