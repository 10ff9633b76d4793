// Whatever the bytes and however they are cut into chunks, the same members come out, within the
// limits.

#include <cstdlib>

#include "stream/path.h"
#include "stream/tar_test_support.h"

using namespace tallyman;

namespace {

constexpr std::uint64_t kBudget = 1 << 20;

std::string walk(std::string_view bytes, std::vector<std::size_t> sizes) {
  Limits limits;
  limits.metadata_bytes = 1 << 14;
  limits.sparse_regions = 100;
  limits.entries = 1000;
  testing_support::PieceSource source(bytes, std::move(sizes));
  TarReader reader(source, limits);
  std::string seen;
  while (true) {
    Result<std::optional<TarMember>> member = reader.next();
    if (!member) return seen + member.error().code;
    if (!*member) return seen;
    seen += (*member)->path + "\n" + (*member)->link_target + "\n";
    seen += normalise_path((*member)->path).value_or("");
    if ((*member)->size > kBudget) continue;
    Result<Bytes> content = reader.content();
    if (!content) return seen + content.error().code;
    if (content->size() != (*member)->size) std::abort();
    seen += as_text(*content);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes = as_text({data, size});
  if (walk(bytes, {1 << 20}) != walk(bytes, {512, 7, 300, 1, 2000})) std::abort();
  return 0;
}
