#include "vuln/range.h"

#include "base/text.h"

namespace tallyman {
namespace {

std::string_view without_epoch(std::string_view version) {
  Cut epoch = cut(version, ':');
  return epoch.found ? epoch.after : version;
}

bool has_epoch(std::string_view version) { return version.find(':') != std::string_view::npos; }

bool starts_before_or_at(const InstalledVersion& installed, std::string_view introduced) {
  return introduced.empty() || introduced == "0" || compare_installed(installed, introduced) >= 0;
}

}  // namespace

std::weak_ordering compare_installed(const InstalledVersion& installed, std::string_view other) {
  std::string_view ours = installed.text;
  if (installed.scheme->id == "rpm") {
    bool ignore = !has_epoch(other) || (!installed.epoch_known && !has_epoch(ours));
    if (ignore) {
      ours = without_epoch(ours);
      other = without_epoch(other);
    }
  }
  return installed.scheme->compare(ours, other);
}

bool is_inside(const InstalledVersion& installed, const AffectedRange& range) {
  if (range.fixed == "0" || !starts_before_or_at(installed, range.introduced)) return false;
  if (!range.fixed.empty()) return compare_installed(installed, range.fixed) < 0;
  if (!range.last_affected.empty()) return compare_installed(installed, range.last_affected) <= 0;
  return true;
}

std::optional<AffectedRange> affecting_range(const InstalledVersion& installed,
                                             const IndexEntry& entry) {
  for (std::size_t i = 0; i < entry.ranges.size(); ++i) {
    AffectedRange range = entry.ranges[i];
    if (is_inside(installed, range)) return range;
  }
  for (std::size_t i = 0; i < entry.versions.size(); ++i) {
    if (entry.versions[i] == installed.text) return AffectedRange{};
  }
  return std::nullopt;
}

bool is_modular(std::string_view version) {
  return version.find(".module") != std::string_view::npos;
}

bool same_modularity(std::string_view module, std::string_view fixed, std::string_view label,
                     std::string_view installed) {
  if (!module.empty() && !label.empty()) {
    Cut name = cut(label, ':');
    std::string_view stream = cut(name.after, ':').before;
    Cut wanted = cut(module, ':');
    return name.before == wanted.before && stream == wanted.after;
  }
  if (fixed.empty() && module.empty()) return true;
  bool record_modular = !module.empty() || is_modular(fixed);
  bool package_modular = !label.empty() || is_modular(installed);
  return record_modular == package_modular;
}

}  // namespace tallyman
