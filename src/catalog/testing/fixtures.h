#pragma once
// For tests only: testdata/catalog/<cataloger>/<case>/<path in the image>.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"
#include "catalog/cataloger.h"

namespace tallyman::testing_support {

struct CatalogFixture {
  std::string name;  // "<case>/<path in the image>"
  std::string path;  // in the image
  Bytes bytes;
};

// Every fixture of one cataloger, sorted by name.
inline std::vector<CatalogFixture> fixtures_of(const Cataloger& cataloger) {
  namespace fs = std::filesystem;
  fs::path root = fs::path(TALLYMAN_TESTDATA) / "catalog" / cataloger.id;
  std::vector<CatalogFixture> fixtures;
  if (!fs::exists(root)) return fixtures;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file() || entry.path().filename() == "README.md") continue;
    std::string name = entry.path().lexically_relative(root).generic_string();
    Result<Bytes> bytes = read_file(entry.path(), 1 << 20);
    if (!bytes) {
      ADD_FAILURE() << describe(bytes.error());
      continue;
    }
    fixtures.push_back({name, name.substr(name.find('/') + 1), std::move(*bytes)});
  }
  std::sort(fixtures.begin(), fixtures.end(),
            [](const CatalogFixture& a, const CatalogFixture& b) { return a.name < b.name; });
  return fixtures;
}

// The bytes of one fixture; a failure and nothing when there is none of that name.
inline Bytes fixture_bytes(const Cataloger& cataloger, std::string_view name) {
  for (CatalogFixture& fixture : fixtures_of(cataloger)) {
    if (fixture.name == name) return std::move(fixture.bytes);
  }
  ADD_FAILURE() << "no fixture " << name << " of " << cataloger.id;
  return {};
}

}  // namespace tallyman::testing_support
