#include "report/summary.h"

#include <gtest/gtest.h>

#include "report/testing/samples.h"

namespace tallyman {
namespace {

TEST(Summary, Counts) {
  ReportSummary summary = summarise(testing_support::ordinary_report());
  EXPECT_EQ(summary.count(Severity::critical), 1U);
  EXPECT_EQ(summary.count(Severity::high), 1U);
  EXPECT_EQ(summary.count(Severity::medium), 0U);
  EXPECT_EQ(summary.count(Severity::negligible), 1U);
  EXPECT_EQ(summary.count(Severity::unknown), 1U);
  EXPECT_EQ(summary.fixable, 2U);
  EXPECT_EQ(summary.affected_packages, 3U);
  EXPECT_EQ(summary.layers_read, 1U);
  EXPECT_EQ(summary.bytes_read, 200U);
}

// A cached layer that needed a second look was read again.
TEST(Summary, SecondLooksCount) {
  Report report = testing_support::clean_report();
  report.layers[0].bytes_read = 50;
  EXPECT_EQ(summarise(report).layers_read, 2U);
  EXPECT_EQ(summarise(report).bytes_read, 250U);
}

}  // namespace
}  // namespace tallyman
