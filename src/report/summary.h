#pragma once
// Counts over a report that more than one format shows.

#include <array>
#include <cstddef>
#include <cstdint>

#include "model/finding.h"

namespace tallyman {

// Most severe first, as people read them.
inline constexpr std::array kSeveritiesDown = {Severity::critical,   Severity::high,
                                               Severity::medium,     Severity::low,
                                               Severity::negligible, Severity::unknown};

struct ReportSummary {
  std::array<std::size_t, kSeveritiesDown.size()> by_severity{};  // indexed by Severity
  std::size_t fixable = 0;            // findings that an upgrade removes
  std::size_t affected_packages = 0;  // packages with at least one finding
  std::size_t layers_read = 0;        // layers of which this scan fetched any byte
  std::uint64_t bytes_read = 0;       // of all layers

  std::size_t count(Severity severity) const {
    return by_severity[static_cast<std::size_t>(severity)];
  }
};

ReportSummary summarise(const Report& report);

}  // namespace tallyman
