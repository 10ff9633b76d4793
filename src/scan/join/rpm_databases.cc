#include <algorithm>
#include <map>
#include <string>

#include "catalog/precedence.h"
#include "scan/join/join.h"

namespace tallyman {
namespace {

bool is_rpm_database(const Overlay::VisibleFile& file) { return file.file->cataloger == "rpm"; }

std::string folder_of(const std::string& path) {
  std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

}  // namespace

std::vector<std::string> drop_superseded_rpm_databases(std::vector<Overlay::VisibleFile>& files) {
  std::map<std::string, unsigned> best;  // by folder
  for (const Overlay::VisibleFile& file : files) {
    if (!is_rpm_database(file)) continue;
    unsigned rank = rpm_database_precedence(file.path);
    auto [at, fresh] = best.emplace(folder_of(file.path), rank);
    if (!fresh) at->second = std::min(at->second, rank);
  }
  std::vector<std::string> dropped;
  std::erase_if(files, [&](const Overlay::VisibleFile& file) {
    bool superseded =
        is_rpm_database(file) && rpm_database_precedence(file.path) > best[folder_of(file.path)];
    if (superseded) dropped.push_back(file.path);
    return superseded;
  });
  return dropped;
}

}  // namespace tallyman
