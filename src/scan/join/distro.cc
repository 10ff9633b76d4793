#include "catalog/precedence.h"
#include "scan/join/join.h"

namespace tallyman {

std::optional<Distro> choose_distro(const std::vector<Overlay::VisibleFile>& files) {
  const Overlay::VisibleFile* best = nullptr;
  for (const Overlay::VisibleFile& file : files) {
    if (!file.file->distro) continue;
    if (best == nullptr || distro_precedence(file.path) < distro_precedence(best->path)) {
      best = &file;
    }
  }
  return best == nullptr ? std::nullopt : best->file->distro;
}

}  // namespace tallyman
