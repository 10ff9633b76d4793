#pragma once
// A cataloger reads one kind of file and says which packages it records. It is one constant in
// one file of catalog/ecosystems/; the list is generated (cmake/module.cmake), so adding one
// means adding that file, its test and its fixtures (docs/adding-a-cataloger.md).

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "model/layer_facts.h"

namespace tallyman {

// What a cataloger is given: one whole file in memory.
struct CatalogInput {
  std::string_view path;  // normalised path in the image
  ByteView bytes;
};

// Where it puts what it finds. Bounded: one file of a stranger's image cannot fill our memory
// with packages nor the report with problems.
class CatalogSink {
 public:
  static constexpr std::size_t kMaxPackages = 200'000;
  static constexpr std::size_t kMaxProblems = 50;

  // False, with one problem "catalog.limit" for the file, when that is one package too many.
  bool add(Package package);
  void set_distro(Distro distro) { file_.distro = std::move(distro); }
  // Something in this file could not be read; the rest stands. `incomplete`: packages may be
  // missing because of it. Past kMaxProblems one last problem says that there were more.
  void problem(std::string code, std::string message, bool incomplete = true);

 private:
  friend class Dispatcher;
  CatalogedFile file_;
  std::string where_;  // where the problems are said to be
  std::vector<Problem> problems_;
  bool full_ = false;
};

// A set of paths. Exactly one of the forms:
//   exact   "var/lib/dpkg/status"
//   folder  "var/lib/dpkg/status.d/"  direct children of that folder of the image
//   name    any path whose last part equals it: "*/package.json" is written "package.json"
struct PathPattern {
  enum class Kind : std::uint8_t { exact, folder, name } kind = Kind::exact;
  std::string_view text;
  std::string_view except_suffix = {};  // "folder" only: children with this ending are not wanted
};

struct Cataloger {
  std::string_view id;    // "dpkg"; stable, part of the facts fingerprint
  std::uint32_t version;  // raise it when the same bytes give other facts
  std::span<const PathPattern> patterns;
  std::uint64_t max_size;  // bytes; a larger file is a problem, not a silent skip
  // An error means the file as a whole could not be read and becomes a problem (incomplete).
  Result<void> (*parse)(const CatalogInput& input, CatalogSink& sink);
};

namespace ecosystems {
std::span<const Cataloger* const> all();  // every cataloger, in name order
}  // namespace ecosystems

}  // namespace tallyman
