#include "catalog/cataloger.h"

#include <fmt/format.h>

namespace tallyman {

bool CatalogSink::add(Package package) {
  if (file_.packages.size() < kMaxPackages) {
    file_.packages.push_back(std::move(package));
    return true;
  }
  if (!full_) problem("catalog.limit", fmt::format("more than {} packages", kMaxPackages));
  full_ = true;
  return false;
}

void CatalogSink::problem(std::string code, std::string message, bool incomplete) {
  if (problems_.size() < kMaxProblems) {
    problems_.push_back({std::move(code), where_, std::move(message), incomplete});
    return;
  }
  if (problems_.size() == kMaxProblems) {
    problems_.push_back({"catalog.more_problems", where_,
                         fmt::format("more than {} problems in this file", kMaxProblems), false});
  }
  problems_.back().incomplete |= incomplete;
}

}  // namespace tallyman
