// One OSV document, as it comes out of a feed.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "vuln/batch.h"
#include "vuln/index_builder.h"
#include "vuln/testing/index_exercise.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tallyman;
  BatchBuilder batches(OsvLimits{.document_bytes = 1 << 20, .text_bytes = 256, .aliases = 100});
  Bytes bytes(data, data + size);
  batches.add(bytes, "document", "fuzz");
  Result<Batch> batch = batches.finish();
  if (!batch || batch->problems.size() + batch->records.size() != 1) std::abort();
  IndexBuilder builder;
  if (!builder.add(std::move(*batch))) std::abort();
  Result<Bytes> file = builder.finish();
  if (!file) std::abort();
  // What the importer writes, the reader must accept and be able to read.
  auto index = VulnerabilityIndex::from_bytes(*file, VulnerabilityIndex::Verify::checksum);
  if (!index || !testing_support::exercise(**index, "Debian:12", "p")) std::abort();
  return 0;
}
