#pragma once
// What one layer says by itself, whatever image it is part of. Immutable once made, stored by
// blob digest and facts fingerprint, and merged with the other layers by image/overlay.h.
//
// Paths here are normalised: no leading slash, no "." or ".." or empty parts, no trailing slash.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/digest.h"
#include "model/package.h"
#include "model/path_hash.h"

namespace tallyman {

// Something that could not be read as it should; the rest stands. Shown in every report.
struct Problem {
  std::string code;     // stable: "catalog.malformed", "tar.path_escapes"
  std::string path;     // in the image; may be empty
  std::string message;  // what is wrong, with an offset where that helps
  // True when packages may be missing because of it: the image is then not assessed.
  bool incomplete = false;
  auto operator<=>(const Problem&) const = default;
};

// What a cataloger found in one file.
struct CatalogedFile {
  std::string path;
  std::string cataloger;          // its id
  std::vector<Package> packages;  // without locations: the overlay adds them
  std::optional<Distro> distro;   // set by the distro cataloger only
  bool operator==(const CatalogedFile&) const = default;
};

enum class EntryKind : std::uint8_t {
  file = 0,
  directory = 1,
  symlink = 2,
  hardlink = 3,
  other = 4,    // device, fifo, socket
  implied = 5,  // a folder with content in this layer but no member of its own: where a lower
                // layer has a symbolic link there, the content goes through that link
};

// A symbolic or hard link. A hard link's target is a normalised path in the image; a symbolic
// link's is as written (relative to the link's folder, or absolute).
struct Link {
  std::string path;
  std::string target;
  EntryKind kind = EntryKind::symlink;
  auto operator<=>(const Link&) const = default;
};

struct PathEntry {
  PathHash hash;
  EntryKind kind = EntryKind::file;
  auto operator<=>(const PathEntry&) const = default;
};

struct LayerFacts {
  Digest blob;                        // of the compressed bytes, hashed by us
  Digest diff_id;                     // of the tar, hashed by us
  std::uint64_t compressed_size = 0;  // bytes
  std::uint64_t size = 0;             // bytes of tar
  std::uint64_t entries = 0;          // tar members that count (not metadata records)

  std::vector<CatalogedFile> files;    // sorted by path, then cataloger
  std::vector<Link> links;             // sorted by path
  std::vector<std::string> whiteouts;  // paths that lower layers lose, sorted
  std::vector<std::string> opaques;    // folders whose lower content is hidden, sorted ("" = root)
  std::vector<PathEntry> paths;        // every member and every folder implied by one, sorted
                                       // by hash, then kind (one hash may be there as a link
                                       // and as implied); whiteout markers are not members
  std::vector<Problem> problems;       // sorted
  bool operator==(const LayerFacts&) const = default;
};

// True for a path in the form that this file's comment describes; false for "".
bool is_normalised_path(std::string_view path);

// The stored and piped form: length-prefixed, little-endian, version byte first. REQUIRES a blob
// digest and a diff ID; locations of packages are left out.
Bytes encode_facts(const LayerFacts& facts);

// Rebuilds facts from bytes that nobody vouches for: every count and length is bounded by what is
// left, paths must be normalised, order is checked, both digests must be there. The result takes
// at most about ten times the memory of `bytes`. Kind corrupt, code "facts.malformed".
Result<LayerFacts> decode_facts(ByteView bytes);

}  // namespace tallyman
