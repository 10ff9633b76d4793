#include "parse/rpm_database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parse/rpm_header.h"
#include "parse/testing/rpm_writer.h"

namespace tallyman {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing_support::ByteOrder;
using testing_support::kBdbPage;
using testing_support::put;
using testing_support::small_rpm_header;
using testing_support::write_bdb;
using testing_support::write_ndb;

using ReadDatabase = Result<void> (*)(ByteView, const RpmDatabaseVisitor&);

struct Seen {
  std::vector<std::string> names;
  std::vector<std::string> broken;
  std::string end = "ok";  // or the error's code
};

Seen read(ReadDatabase database, const Bytes& file, std::size_t enough = 1000) {
  Seen seen;
  RpmDatabaseVisitor visitor{
      .header =
          [&](ByteView blob) {
            Result<RpmHeader> header = parse_rpm_header(blob);
            seen.names.push_back(header ? header->name : header.error().code);
            return seen.names.size() < enough;
          },
      .broken = [&](const std::string& what) { seen.broken.push_back(what); }};
  if (Result<void> done = database(file, visitor); !done) seen.end = done.error().code;
  return seen;
}

// Headers of which the second needs several Berkeley DB pages.
std::vector<Bytes> three_headers() {
  return {small_rpm_header("a"), small_rpm_header("b", 3000), small_rpm_header("c")};
}

TEST(RpmNdb, VisitsEveryPackage) {
  Seen seen = read(read_rpm_ndb, write_ndb(three_headers()));
  EXPECT_THAT(seen.names, ElementsAre("a", "b", "c"));
  EXPECT_THAT(seen.broken, IsEmpty());
  EXPECT_EQ(seen.end, "ok");
}

TEST(RpmNdb, StopsWhenTheVisitorHasEnough) {
  EXPECT_THAT(read(read_rpm_ndb, write_ndb(three_headers()), 2).names, ElementsAre("a", "b"));
}

TEST(RpmNdb, OneBadBlobLeavesTheRest) {
  const Bytes good = write_ndb(three_headers());
  // Head magic, package number, size, tail magic of package 1's blob; then its slot.
  for (std::size_t offset : {std::size_t{4096}, std::size_t{4100}, std::size_t{4108},
                             std::size_t{40}, std::size_t{44}}) {
    Bytes bad = good;
    bad[offset] ^= 0x80;
    Seen seen = read(read_rpm_ndb, bad);
    EXPECT_THAT(seen.names, ElementsAre("b", "c")) << offset;
    EXPECT_EQ(seen.broken.size(), 1U) << offset;
  }
}

TEST(RpmNdb, RefusesAFileThatIsNone) {
  Bytes file = write_ndb({});
  EXPECT_EQ(read(read_rpm_ndb, file).end, "ok");
  EXPECT_EQ(read(read_rpm_ndb, Bytes(31)).end, "rpm.ndb_malformed");
  for (std::size_t offset : {std::size_t{0}, std::size_t{4}, std::size_t{32}}) {
    Bytes bad = file;
    bad[offset] ^= 1;
    EXPECT_EQ(read(read_rpm_ndb, bad).end, "rpm.ndb_malformed") << offset;
  }
  put(file, 12, 0, ByteOrder::little);
  EXPECT_EQ(read(read_rpm_ndb, file).end, "rpm.ndb_malformed") << "no slots";
  put(file, 12, 0xFFFFFFFF, ByteOrder::little);
  EXPECT_EQ(read(read_rpm_ndb, file).end, "rpm.ndb_malformed") << "more slots than bytes";
}

TEST(RpmNdb, SlotsMayNotShareABlob) {
  Bytes file = write_ndb(std::vector<Bytes>{small_rpm_header("a", 8000)});
  for (std::size_t slot = 1; slot < 3; ++slot) {
    std::copy_n(file.begin() + 32, 16, file.begin() + static_cast<std::ptrdiff_t>(32 + 16 * slot));
  }
  Seen seen = read(read_rpm_ndb, file);
  EXPECT_THAT(seen.names, ElementsAre("a"));
  EXPECT_EQ(seen.end, "rpm.ndb_malformed");
}

class RpmBdb : public testing::TestWithParam<ByteOrder> {};
INSTANTIATE_TEST_SUITE_P(BothOrders, RpmBdb, testing::Values(ByteOrder::little, ByteOrder::big));

TEST_P(RpmBdb, VisitsEveryPackageButNotTheCounter) {
  Seen seen = read(read_rpm_bdb, write_bdb(three_headers(), GetParam()));
  EXPECT_THAT(seen.names, ElementsAre("a", "b", "c"));
  EXPECT_THAT(seen.broken, IsEmpty());
  EXPECT_EQ(seen.end, "ok");
}

TEST_P(RpmBdb, StopsWhenTheVisitorHasEnough) {
  EXPECT_THAT(read(read_rpm_bdb, write_bdb(three_headers(), GetParam()), 1).names,
              ElementsAre("a"));
}

TEST_P(RpmBdb, ReadsValuesInPlace) {
  Bytes file(2 * kBdbPage);
  Bytes whole = write_bdb({}, GetParam());
  std::copy(whole.begin(), whole.end(), file.begin());
  // A second pair on the hash page: key 7, and a short header right before it.
  Bytes header = small_rpm_header("d");
  std::size_t page = kBdbPage;
  std::size_t key = kBdbPage - 10 - 5;
  std::size_t value = key - 1 - header.size();
  file[page + key] = 1;
  put(file, page + key + 1, 7, GetParam());
  file[page + value] = 1;
  std::copy(header.begin(), header.end(),
            file.begin() + static_cast<std::ptrdiff_t>(page + value + 1));
  put(file, page + 30, key, GetParam(), 2);
  put(file, page + 32, value, GetParam(), 2);
  put(file, page + 20, 4, GetParam(), 2);
  EXPECT_THAT(read(read_rpm_bdb, file).names, ElementsAre("d"));
}

TEST_P(RpmBdb, OneBadChainLeavesTheRest) {
  const Bytes good = write_bdb(three_headers(), GetParam());
  std::size_t page = 3 * kBdbPage;  // package b's first overflow page
  for (std::size_t offset : {page + 8, page + 11, page + 25}) {
    Bytes bad = good;
    bad[offset] ^= 1;
    Seen seen = read(read_rpm_bdb, bad);
    EXPECT_THAT(seen.names, ElementsAre("a", "c")) << offset;
    EXPECT_EQ(seen.broken.size(), 1U) << offset;
  }
}

TEST_P(RpmBdb, AChainInACircleEnds) {
  Bytes file = write_bdb(three_headers(), GetParam());
  put(file, 3 * kBdbPage + 16, 3, GetParam());  // b's first overflow page is followed by itself
  Seen seen = read(read_rpm_bdb, file);
  EXPECT_THAT(seen.names, ElementsAre("a", "c"));
  EXPECT_EQ(seen.broken.size(), 1U);
}

TEST_P(RpmBdb, OverflowPagesMayNotBeShared) {
  std::vector<Bytes> headers(15, small_rpm_header("a", 3000));
  Bytes file = write_bdb(headers, GetParam());
  // Cut the file after the first chain and point every package at it.
  std::size_t chain = headers[0].size() / (kBdbPage - 26) + 1;
  file.resize((2 + chain) * kBdbPage);
  put(file, 32, 1 + chain, GetParam());
  for (std::size_t i = 0, end = kBdbPage - 10; i < headers.size(); ++i) {
    end -= 5 + 12;
    put(file, kBdbPage + end + 4, 2, GetParam());
  }
  Seen seen = read(read_rpm_bdb, file);
  EXPECT_THAT(seen.names, ElementsAre("a"));
  EXPECT_EQ(seen.broken.size(), 14U);
  EXPECT_THAT(seen.broken.back(), HasSubstr("used twice"));
}

TEST_P(RpmBdb, RefusesWhatItCannotRead) {
  const Bytes good = write_bdb(three_headers(), GetParam());
  auto with = [&](std::size_t offset, std::uint64_t value, std::size_t width = 4) {
    Bytes bad = good;
    put(bad, offset, value, GetParam(), width);
    return read(read_rpm_bdb, bad).end;
  };
  EXPECT_EQ(read(read_rpm_bdb, Bytes(511)).end, "rpm.bdb_malformed");
  EXPECT_EQ(with(12, 0x12345678), "rpm.bdb_malformed");
  EXPECT_EQ(with(12, 0x053162), "rpm.bdb_unsupported") << "a B-tree";
  EXPECT_EQ(with(16, 7), "rpm.bdb_unsupported");
  EXPECT_EQ(with(20, 513), "rpm.bdb_malformed");
  EXPECT_EQ(with(20, 256), "rpm.bdb_malformed");
  EXPECT_EQ(with(20, 1 << 17), "rpm.bdb_malformed");
  EXPECT_EQ(with(24, 1, 1), "rpm.bdb_unsupported") << "encrypted";
  EXPECT_EQ(with(26, 1, 1), "rpm.bdb_unsupported") << "checksummed";
  EXPECT_EQ(with(32, 0xFFFFFFFF), "rpm.bdb_malformed") << "more pages than bytes";
}

TEST_P(RpmBdb, ABrokenHashPageIsSaid) {
  const Bytes good = write_bdb(three_headers(), GetParam());
  // Page number, number of items, offset of the first item, page type.
  for (auto [offset, value] :
       {std::pair{8, 9}, {20, 0xFFFF}, {26, 0xFFFF}, {26, 20}, {24, 0x0F0F}}) {
    Bytes bad = good;
    put(bad, kBdbPage + static_cast<std::size_t>(offset), static_cast<std::uint64_t>(value),
        GetParam(), 2);
    Seen seen = read(read_rpm_bdb, bad);
    EXPECT_FALSE(seen.broken.empty()) << offset;
  }
}

}  // namespace
}  // namespace tallyman
