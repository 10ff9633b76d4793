#include "vuln/blob_pool.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tallyman {
namespace {

TEST(BlobPool, KeepsEveryTextOnce) {
  BlobPool pool;
  EXPECT_EQ(pool.intern(std::string_view()), 0U);
  std::vector<PoolRef> references;
  for (int i = 0; i < 5000; ++i) references.push_back(pool.intern("text " + std::to_string(i)));
  std::uint64_t size = pool.size();
  for (int i = 0; i < 5000; ++i) {
    std::string text = "text " + std::to_string(i);
    EXPECT_EQ(pool.intern(text), references[static_cast<std::size_t>(i)]);
    EXPECT_EQ(pool.text(references[static_cast<std::size_t>(i)]), text);
  }
  EXPECT_EQ(pool.size(), size);
}

TEST(PoolView, GivesNothingForWhatIsNotThere) {
  BlobPool pool;
  PoolRef reference = pool.intern("abcdef");
  Bytes bytes = pool.bytes();
  EXPECT_EQ(PoolView(bytes).text(reference), "abcdef");
  EXPECT_EQ(PoolView(bytes).text(reference + 1000), "");
  EXPECT_EQ(PoolView(bytes).text(UINT32_MAX), "");
  bytes.resize(bytes.size() - 4);  // the length now reaches beyond the end
  EXPECT_EQ(PoolView(bytes).text(reference), "");
  EXPECT_EQ(PoolView().text(0), "");
}

}  // namespace
}  // namespace tallyman
