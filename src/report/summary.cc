#include "report/summary.h"

#include <unordered_set>

namespace tallyman {

ReportSummary summarise(const Report& report) {
  ReportSummary summary;
  std::unordered_set<std::size_t> packages;
  for (const Finding& finding : report.findings) {
    ++summary.by_severity[static_cast<std::size_t>(finding.severity)];
    if (finding.state == FixState::fixed) ++summary.fixable;
    packages.insert(finding.package);
  }
  summary.affected_packages = packages.size();
  for (const LayerStats& layer : report.layers) {
    if (layer.bytes_read > 0) ++summary.layers_read;
    summary.bytes_read += layer.bytes_read;
  }
  return summary;
}

}  // namespace tallyman
