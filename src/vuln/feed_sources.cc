#include "vuln/feed_sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/text.h"

namespace tallyman {
namespace {

namespace fs = std::filesystem;

bool has_extension(const fs::path& path, std::string_view extension) {
  return equals_ignoring_case(path.extension().string(), extension);
}

// "" where the working folder is gone and the path is relative.
std::string folder_name(const fs::path& path) {
  std::error_code ignored;
  return fs::absolute(path, ignored).lexically_normal().parent_path().filename().string();
}

std::string zip_label(const fs::path& path) {
  std::string name = path.filename().string();
  std::string folder = folder_name(path);
  return name == "all.zip" && !folder.empty() ? folder + "/" + name : name;
}

// Loose documents of one folder follow each other and become one source.
void add_file(const fs::path& path, std::string label, std::vector<FeedSource>& sources) {
  bool zip = has_extension(path, ".zip");
  bool joins = !zip && !sources.empty() && !sources.back().zip && sources.back().label == label &&
               sources.back().files.front().parent_path() == path.parent_path();
  if (joins) {
    sources.back().files.push_back(path);
  } else {
    sources.push_back({zip, {path}, std::move(label)});
  }
}

Result<void> add_folder(const fs::path& folder, std::vector<FeedSource>& sources) {
  std::error_code error;
  std::vector<fs::path> found;
  fs::recursive_directory_iterator at(folder, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    std::error_code ignored;
    bool wanted = has_extension(at->path(), ".zip") || has_extension(at->path(), ".json");
    if (wanted && at->is_regular_file(ignored)) found.push_back(at->path());
  }
  if (error) {
    return fail(ErrorKind::denied, "feed.denied",
                fmt::format("searching {}: {}", folder.string(), error.message()),
                "check the owner and mode of the folder");
  }
  std::ranges::sort(found, {}, [](const fs::path& path) {
    return std::pair(path.parent_path().string(), path.filename().string());
  });
  for (const fs::path& path : found) {
    fs::path inner = path.lexically_relative(folder);
    std::string label = has_extension(path, ".zip") ? inner.string() : inner.parent_path().string();
    if (label.empty()) label = folder_name(path);
    if (label == "all.zip") label = zip_label(path);
    add_file(path, std::move(label), sources);
  }
  return {};
}

}  // namespace

Result<std::vector<FeedSource>> find_feed_sources(const std::vector<fs::path>& paths) {
  std::vector<FeedSource> sources;
  for (const fs::path& path : paths) {
    std::error_code error;
    fs::file_status status = fs::status(path, error);
    if (fs::is_directory(status)) {
      TRY(add_folder(path, sources));
    } else if (fs::exists(status)) {
      bool zip = has_extension(path, ".zip");
      add_file(path, zip ? zip_label(path) : path.filename().string(), sources);
    } else {
      return fail(ErrorKind::not_found, "feed.missing",
                  fmt::format("{}: {}", path.string(),
                              error ? error.message() : std::string("no such file or folder")),
                  "give OSV zips, OSV documents (*.json), or folders of them");
    }
  }
  return sources;
}

}  // namespace tallyman
