#pragma once
// A folder on disk read as if it were the root of an image: "dir:PATH".

#include <filesystem>

#include "base/result.h"
#include "image/layer_reader.h"
#include "model/layer_facts.h"

namespace tallyman {

// Walks `folder` in name order without following a link, staying on what the walk itself opened
// (a folder swapped for a link in mid-walk is not entered). Files that cannot be read are
// problems in the facts. The facts' digests name no blob. Errors: not_found "file.not_found",
// denied "file.denied" for the folder itself; too_large "dir.entries", "dir.depth".
Result<LayerFacts> read_directory(const std::filesystem::path& folder,
                                  const LayerReadOptions& options);

}  // namespace tallyman
