// For every listed cataloger, with no line of its own: its fixtures cut short and with bits
// flipped must come back with whatever is left of them, and never crash or hang.

#include <gtest/gtest.h>

#include <random>

#include "catalog/testing/fixtures.h"
#include "catalog/testing/run.h"

namespace tallyman {
namespace {

using testing_support::CatalogFixture;
using testing_support::fixtures_of;
using testing_support::run_cataloger;

class Robustness : public testing::TestWithParam<const Cataloger*> {};
INSTANTIATE_TEST_SUITE_P(EveryCataloger, Robustness, testing::ValuesIn(ecosystems::all()),
                         [](const auto& test) { return std::string(test.param->id); });

TEST_P(Robustness, HasFixturesThatItWants) {
  auto fixtures = fixtures_of(*GetParam());
  EXPECT_FALSE(fixtures.empty()) << "add testdata/catalog/" << GetParam()->id;
  for (const CatalogFixture& fixture : fixtures) {
    auto run = run_cataloger(*GetParam(), fixture.path, fixture.bytes);
    EXPECT_EQ(run.file.path, fixture.path) << "not a path that this cataloger wants";
  }
}

TEST_P(Robustness, SurvivesTruncation) {
  for (const CatalogFixture& fixture : fixtures_of(*GetParam())) {
    for (std::size_t size = 0; size < fixture.bytes.size(); size += 64) {
      // A copy of exactly that size, so that the sanitizer sees a read past its end.
      Bytes bytes(fixture.bytes.begin(), fixture.bytes.begin() + static_cast<std::ptrdiff_t>(size));
      run_cataloger(*GetParam(), fixture.path, bytes);
    }
  }
}

TEST_P(Robustness, SurvivesFlippedBits) {
  std::mt19937 random(20240229);  // a fixed seed: a failure can be run again
  for (const CatalogFixture& fixture : fixtures_of(*GetParam())) {
    for (int round = 0; round < 200; ++round) {
      Bytes bytes = fixture.bytes;
      int flips = 1 << (round % 8);
      for (int i = 0; i < flips && !bytes.empty(); ++i) {
        std::uint8_t& byte = bytes[random() % bytes.size()];
        byte = static_cast<std::uint8_t>(byte ^ (1U << (random() % 8)));
      }
      run_cataloger(*GetParam(), fixture.path, bytes);
    }
  }
}

TEST_P(Robustness, SurvivesBytesOfOneKind) {
  for (const CatalogFixture& fixture : fixtures_of(*GetParam())) {
    for (char fill : {'\0', '\xFF', '\n', ':', ' ', 'A'}) {
      Bytes bytes(100'000, static_cast<std::uint8_t>(fill));
      run_cataloger(*GetParam(), fixture.path, bytes);
      // The same behind the fixture's own beginning: a magic number opens more doors.
      std::size_t begin = std::min<std::size_t>(fixture.bytes.size(), 128);
      std::copy_n(fixture.bytes.begin(), begin, bytes.begin());
      run_cataloger(*GetParam(), fixture.path, bytes);
    }
  }
}

}  // namespace
}  // namespace tallyman
