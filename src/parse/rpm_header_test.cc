#include "parse/rpm_header.h"

#include <gtest/gtest.h>

#include "parse/testing/rpm_writer.h"

namespace tallyman {
namespace {

using testing_support::RpmHeaderWriter;
using testing_support::small_rpm_header;

std::string code_of(const Bytes& blob) {
  Result<RpmHeader> header = parse_rpm_header(blob);
  return header ? "ok" : header.error().code;
}

TEST(RpmHeader, ReadsTheTagsThatIdentifyAPackage) {
  Bytes blob = RpmHeaderWriter()
                   .entry(63, 7, 0, 16)  // the region marker that real headers begin with
                   .text(1000, "kettle")
                   .text(1001, "1.4")
                   .text(1002, "3.el9")
                   .number(1003, 2)
                   .text(1011, "Tea")
                   .text(1014, "MIT")
                   .text(1022, "x86_64")
                   .text(1044, "boiler-1.4-3.el9.src.rpm")
                   .text(5096, "tea:1:2:c:x86_64")
                   .bytes();
  Result<RpmHeader> header = parse_rpm_header(blob);
  ASSERT_TRUE(header) << describe(header.error());
  EXPECT_EQ(header->name, "kettle");
  EXPECT_EQ(header->full_version(), "2:1.4-3.el9");
  EXPECT_EQ(header->architecture, "x86_64");
  EXPECT_EQ(header->source_rpm, "boiler-1.4-3.el9.src.rpm");
  EXPECT_EQ(header->licence, "MIT");
  EXPECT_EQ(header->vendor, "Tea");
  EXPECT_EQ(header->modularity, "tea:1:2:c:x86_64");
}

TEST(RpmHeader, DoesNotWriteAnEpochOfZero) {
  RpmHeaderWriter writer;
  writer.text(1000, "a").text(1001, "1").text(1002, "2").number(1003, 0);
  EXPECT_EQ(parse_rpm_header(writer.bytes())->full_version(), "1-2");
}

TEST(RpmHeader, LaterTagCounts) {
  RpmHeaderWriter writer;
  writer.text(1000, "a").text(1001, "1").text(1002, "2").text(1000, "b");
  EXPECT_EQ(parse_rpm_header(writer.bytes())->name, "b");
  // The earlier one is not even looked at: a header of many tags may name one long text in each.
  RpmHeaderWriter first_is_bad;
  first_is_bad.entry(1014, 6, 0xFFFFFFFF, 1);
  first_is_bad.text(1000, "a").text(1001, "1").text(1002, "2").text(1014, "MIT");
  EXPECT_EQ(parse_rpm_header(first_is_bad.bytes())->licence, "MIT");
}

TEST(RpmHeader, TakesTheFirstOfTranslatedTexts) {
  RpmHeaderWriter writer;
  writer.text(1000, "a").text(1001, "1").text(1002, "2").text(1014, std::string("MIT\0MIT-de", 10),
                                                              9);
  EXPECT_EQ(parse_rpm_header(writer.bytes())->licence, "MIT");
}

TEST(RpmHeader, RefusesWhatItCannotRead) {
  const std::string malformed = "rpm.header_malformed";
  EXPECT_EQ(code_of({}), malformed);
  EXPECT_EQ(code_of(Bytes(7)), malformed);
  EXPECT_EQ(code_of(RpmHeaderWriter().bytes()), malformed) << "no name";
  EXPECT_EQ(code_of(RpmHeaderWriter().text(1000, "a").text(1001, "1").bytes()), malformed);
  EXPECT_EQ(code_of(RpmHeaderWriter().number(1000, 1).bytes()), malformed) << "wrong type";
  EXPECT_EQ(code_of(RpmHeaderWriter().text(1003, "1").bytes()), malformed) << "wrong type";
  EXPECT_EQ(code_of(RpmHeaderWriter().entry(1000, 6, 0xFFFFFFFF, 1).bytes()), malformed);
  EXPECT_EQ(code_of(RpmHeaderWriter().entry(1003, 4, 0xFFFFFFFE, 1).bytes()), malformed);
  EXPECT_EQ(code_of(RpmHeaderWriter().entry(1003, 4, 0, 0).bytes()), malformed);
}

TEST(RpmHeader, RefusesTextWithoutAnEnd) {
  Bytes blob = RpmHeaderWriter().text(1000, "kettle").bytes();
  blob.back() = 'x';
  EXPECT_EQ(code_of(blob), "rpm.header_malformed");
}

TEST(RpmHeader, RefusesCountsThatDoNotFit) {
  Bytes blob = small_rpm_header("a");
  for (std::size_t size = 0; size < blob.size(); ++size) {
    Bytes cut(blob.begin(), blob.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(code_of(cut), "rpm.header_malformed") << size;
  }
  testing_support::put(blob, 0, 0x10000, testing_support::ByteOrder::big);
  EXPECT_EQ(code_of(blob), "rpm.header_too_large");
}

TEST(RpmHeader, BoundsTexts) {
  auto with = [](std::uint32_t tag, std::size_t size) {
    RpmHeaderWriter writer;
    writer.text(1000, "a").text(1001, "1").text(1002, "2").text(tag, std::string(size, 'x'));
    return code_of(writer.bytes());
  };
  EXPECT_EQ(with(1000, 1024), "ok");
  EXPECT_EQ(with(1000, 1025), "rpm.header_too_large");
  EXPECT_EQ(with(1014, 65536), "ok");
  EXPECT_EQ(with(1014, 65537), "rpm.header_too_large");
}

TEST(RpmHeader, SplitsSourceNames) {
  auto split = [](std::string_view name) {
    RpmSource source = split_source_rpm(name);
    return std::string(source.name) + "|" + std::string(source.version);
  };
  EXPECT_EQ(split("util-linux-2.32.1-42.el8.src.rpm"), "util-linux|2.32.1-42.el8");
  EXPECT_EQ(split("a-1-2.nosrc.rpm"), "a|1-2");
  EXPECT_EQ(split("a-1.src.rpm"), "|");
  EXPECT_EQ(split("-1-2.src.rpm"), "|");
  EXPECT_EQ(split("(none)"), "|");
  EXPECT_EQ(split(""), "|");
}

}  // namespace
}  // namespace tallyman
