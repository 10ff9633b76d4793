#pragma once
// Joiners: what needs more than one file of the merged image. One file each in this folder;
// scan/inventory.cc calls them in order, because order is policy.

#include <optional>
#include <string>
#include <vector>

#include "image/overlay.h"
#include "model/package.h"

namespace tallyman {

// Leaves one rpm database per folder: an image upgraded from bdb to ndb or sqlite may still
// carry the old file, which rpm itself no longer reads. sqlite wins over ndb, ndb over bdb.
// Returns the paths that were dropped: what is wrong with them does not matter either.
std::vector<std::string> drop_superseded_rpm_databases(std::vector<Overlay::VisibleFile>& files);

// The operating system, from the most telling of the files that name one; nullopt if none does.
std::optional<Distro> choose_distro(const std::vector<Overlay::VisibleFile>& files);

}  // namespace tallyman
