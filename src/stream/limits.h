#pragma once
// Every bound on what a stranger's layer may cost, in one place. The defaults pass every image
// of honest origin that we know of; crossing one is an error naming the limit, never silence.

#include <cstddef>
#include <cstdint>

namespace tallyman {

struct Limits {
  std::uint64_t layer_bytes = 64ULL << 30;   // of tar, after decompression
  std::uint64_t ratio = 2000;                // tar bytes per compressed byte, past the first 64 MiB
  std::uint64_t entries = 8'000'000;         // tar members of one layer
  std::uint64_t stream_members = 1'000'000;  // gzip members or zstd frames of one layer
  std::size_t metadata_bytes = 1 << 20;      // PAX and GNU records of one member; a gzip header
  std::size_t xattrs = 256;                  // extended attributes of one member
  std::size_t xattr_bytes = 64 << 10;        // value of one of them
  std::size_t path_bytes = 4096;
  std::size_t path_depth = 256;
  std::size_t sparse_regions = 1 << 16;  // of one member
  std::size_t kept_bytes = 512 << 20;    // wanted members held at once, whole scan
  std::size_t zstd_window_log = 27;      // 128 MiB
  std::size_t links = 2'000'000;         // links kept per layer
  std::size_t facts_bytes = 256 << 20;   // of texts and packages kept per layer
};

}  // namespace tallyman
