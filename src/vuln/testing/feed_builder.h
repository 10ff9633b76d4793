#pragma once
// For tests only: zips of stored members, and indexes made of inline documents.

#include <gtest/gtest.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file.h"
#include "support/shared.h"
#include "vuln/batch.h"
#include "vuln/import.h"
#include "vuln/index.h"
#include "vuln/index_builder.h"

namespace tallyman::testing_support {

using Members = std::vector<std::pair<std::string, std::string>>;  // name, content

inline void put_le(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}

// The part that a local header and a directory entry share.
inline std::string zip_common(const std::string& name, const std::string& content) {
  auto crc =
      crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size()));
  std::string out;
  put_le(out, 20, 2);          // version needed
  put_le(out, 0, 2);           // flags
  put_le(out, 0, 2);           // method: stored
  put_le(out, 0x00210000, 4);  // 1980-01-01
  put_le(out, crc, 4);
  put_le(out, content.size(), 4);
  put_le(out, content.size(), 4);
  put_le(out, name.size(), 2);
  put_le(out, 0, 2);  // extra field
  return out;
}

inline std::string make_zip(const Members& members) {
  std::string out;
  std::string directory;
  for (const auto& [name, content] : members) {
    std::size_t offset = out.size();
    out += "PK\x03\x04" + zip_common(name, content) + name + content;
    directory += "PK\x01\x02";
    put_le(directory, 20, 2);  // version made by
    directory += zip_common(name, content);
    put_le(directory, 0, 2);  // comment
    put_le(directory, 0, 2);  // disk
    put_le(directory, 0, 2);  // internal attributes
    put_le(directory, 0, 4);  // external attributes
    put_le(directory, offset, 4);
    directory += name;
  }
  std::size_t start = out.size();
  out += directory + "PK\x05\x06";
  put_le(out, 0, 4);  // disks
  put_le(out, members.size(), 2);
  put_le(out, members.size(), 2);
  put_le(out, directory.size(), 4);
  put_le(out, start, 4);
  put_le(out, 0, 2);  // comment
  return out;
}

inline void write_text(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

inline Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

// The index file of these documents.
inline Bytes build_index(const std::vector<std::string>& documents) {
  BatchBuilder batches{OsvLimits{}};
  for (const std::string& document : documents) {
    Bytes bytes = bytes_of(document);
    batches.add(bytes, "test.json", "test");
  }
  IndexBuilder builder;
  Result<Batch> batch = batches.finish();
  EXPECT_TRUE(batch);
  EXPECT_EQ(batch->problems, std::vector<Problem>{});
  EXPECT_TRUE(builder.add(std::move(*batch)));
  Result<Bytes> file = builder.finish();
  EXPECT_TRUE(file);
  return *file;
}

// An index over bytes that it keeps.
class BuiltIndex {
 public:
  explicit BuiltIndex(const std::vector<std::string>& documents) : file_(build_index(documents)) {
    auto opened = VulnerabilityIndex::from_bytes(file_, VulnerabilityIndex::Verify::checksum);
    EXPECT_TRUE(opened) << (opened ? "" : describe(opened.error()));
    if (opened) index_ = std::move(*opened);
  }
  const VulnerabilityIndex& operator*() const { return *index_; }
  const VulnerabilityIndex* operator->() const { return index_.get(); }
  const VulnerabilityIndex* get() const { return index_.get(); }
  const Bytes& file() const { return file_; }

 private:
  Bytes file_;
  std::unique_ptr<VulnerabilityIndex> index_;
};

// A document of one package with one range from the beginning.
inline std::string simple_document(std::string_view id, std::string_view ecosystem,
                                   std::string_view name, std::string_view fixed,
                                   std::string_view more = "") {
  std::string end = fixed.empty() ? "" : ",{\"fixed\":\"" + std::string(fixed) + "\"}";
  return "{\"id\":\"" + std::string(id) + "\",\"modified\":\"2024-01-02T03:04:05Z\"," +
         std::string(more) + (more.empty() ? "" : ",") +
         "\"affected\":[{\"package\":{\"ecosystem\":\"" + std::string(ecosystem) +
         "\",\"name\":\"" + std::string(name) +
         "\"},\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"}" + end +
         "]}]}]}";
}

}  // namespace tallyman::testing_support
