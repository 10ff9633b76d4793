// Whatever the bytes, a zip's members stay within the file and their content within its limit.

#include <cstdlib>

#include "stream/zip.h"

using namespace tallyman;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kLimit = 1 << 20;
  auto archive = ZipArchive::open({data, size}, 100);
  if (!archive) return 0;
  Bytes content;
  for (const ZipMember& member : archive->members()) {
    if (!archive->extract(member, kLimit, content)) continue;
    if (content.size() != member.size || content.size() > kLimit) std::abort();
  }
  return 0;
}
