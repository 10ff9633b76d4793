#pragma once
// Finds the OSV documents that an import was pointed at.

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace tallyman {

// A zip of documents, or some loose documents of one folder. The order of sources, and of
// documents in each, depends on names and contents only.
struct FeedSource {
  bool zip = false;
  std::vector<std::filesystem::path> files;  // one zip, or the documents
  std::string label;  // data source of its records: "Debian/all.zip", "my-feed"
};

// Every *.zip and *.json under `paths` (files or folders; folders are searched whole, without
// following links to other folders), in the order given and by path inside a folder. A label is the
// path from the folder that was given on, or the file's name; "all.zip", which OSV calls every
// ecosystem's file, gets its folder's name before it. Errors: not_found "feed.missing", denied
// "feed.denied" for a path that cannot be searched.
Result<std::vector<FeedSource>> find_feed_sources(const std::vector<std::filesystem::path>& paths);

}  // namespace tallyman
