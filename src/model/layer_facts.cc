// The stored form of layer facts. Integers are little-endian; "text" is a u32 length and bytes,
// "digest" a u8 length (0, 32, 64) and the hash, "X*" a u32 count and that many X.
//
//   u8 version (1)
//   digest blob, digest diff_id, u64 compressed_size, u64 size, u64 entries
//   file*      text path, text cataloger, package*, u8 has_distro [distro]
//   link*      text path, text target, u8 kind
//   text*      whiteouts
//   text*      opaques
//   path*      16 bytes hash, u8 kind
//   problem*   text code, text path, text message, u8 incomplete
//
//   package    text type, name, version, architecture, source_name, source_version, licence,
//              supplier, modularity
//   distro     text id, id_like, version_id, version_codename, pretty_name
//
// Locations of packages are not stored: a layer does not know them, the overlay adds them.

#include "model/layer_facts.h"

#include <algorithm>
#include <tuple>

#include "base/text.h"
#include "model/byte_codec.h"

namespace tallyman {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kTextBytes = 4;  // the least that a text takes
constexpr std::size_t kPackageBytes = 9 * kTextBytes;
constexpr std::size_t kFileBytes = 3 * kTextBytes + 1;
constexpr std::size_t kLinkBytes = 2 * kTextBytes + 1;
constexpr std::size_t kPathBytes = 17;
constexpr std::size_t kProblemBytes = 3 * kTextBytes + 1;

// One list of members each, so that writing and reading cannot disagree.
template <class P>
auto texts_of(P& package) {
  return std::tie(package.type, package.name, package.version, package.architecture,
                  package.source_name, package.source_version, package.licence, package.supplier,
                  package.modularity);
}
template <class D>
auto distro_texts_of(D& distro) {
  return std::tie(distro.id, distro.id_like, distro.version_id, distro.version_codename,
                  distro.pretty_name);
}

template <class Tuple>
void write_texts(ByteWriter& writer, const Tuple& texts) {
  std::apply([&](const auto&... text) { (writer.text(text), ...); }, texts);
}

template <class Tuple>
Result<void> read_texts(ByteReader& reader, const Tuple& texts) {
  Result<void> result;
  auto read = [&](std::string& text) {
    Result<std::string> got = reader.text();
    if (got) {
      text = std::move(*got);
    } else {
      result = std::unexpected(std::move(got).error());
    }
    return result.has_value();
  };
  std::apply([&](auto&... text) { (void)(read(text) && ...); }, texts);
  return result;
}

// A u32 count and each item as `write` puts it.
template <class T, class Write>
void write_list(ByteWriter& writer, const std::vector<T>& list, Write write) {
  writer.count(list.size());
  for (const T& item : list) write(writer, item);
}

// The reverse. Items take at least `least` bytes; each is read by `read`, and must not sort before
// its predecessor by `key`.
template <class T, class Key>
Result<std::vector<T>> read_list(ByteReader& reader, std::size_t least,
                                 Result<T> (*read)(ByteReader&), Key key) {
  std::size_t count = TRY(reader.count(least));
  std::vector<T> list;
  for (std::size_t i = 0; i < count; ++i) {
    T item = TRY(read(reader));
    if (!list.empty() && key(item) < key(list.back()))
      return reader.malformed("entries out of order");
    list.push_back(std::move(item));
  }
  return list;
}

constexpr auto kWhole = [](const auto& item) -> const auto& { return item; };

void write_package(ByteWriter& writer, const Package& package) {
  write_texts(writer, texts_of(package));
}

Result<Package> read_package(ByteReader& reader) {
  Package package;
  TRY(read_texts(reader, texts_of(package)));
  return package;
}

void write_file(ByteWriter& writer, const CatalogedFile& file) {
  writer.text(file.path);
  writer.text(file.cataloger);
  write_list(writer, file.packages, write_package);
  writer.flag(file.distro.has_value());
  if (file.distro) write_texts(writer, distro_texts_of(*file.distro));
}

Result<std::string> read_path(ByteReader& reader) {
  std::string path = TRY(reader.text());
  if (!is_normalised_path(path)) return reader.malformed("a path that is not normalised");
  return path;
}

Result<CatalogedFile> read_file(ByteReader& reader) {
  CatalogedFile file;
  file.path = TRY(read_path(reader));
  file.cataloger = TRY(reader.text());
  std::size_t count = TRY(reader.count(kPackageBytes));
  for (std::size_t i = 0; i < count; ++i) file.packages.push_back(TRY(read_package(reader)));
  if (TRY(reader.flag())) TRY(read_texts(reader, distro_texts_of(file.distro.emplace())));
  return file;
}

Result<EntryKind> read_kind(ByteReader& reader) {
  auto value = TRY(reader.number<std::uint8_t>());
  if (value > static_cast<std::uint8_t>(EntryKind::implied)) {
    return reader.malformed("an entry of no known kind");
  }
  return static_cast<EntryKind>(value);
}

void write_link(ByteWriter& writer, const Link& link) {
  writer.text(link.path);
  writer.text(link.target);
  writer.number(static_cast<std::uint8_t>(link.kind));
}

Result<Link> read_link(ByteReader& reader) {
  Link link;
  link.path = TRY(read_path(reader));
  link.target = TRY(reader.text());
  link.kind = TRY(read_kind(reader));
  if (link.kind != EntryKind::symlink && link.kind != EntryKind::hardlink) {
    return reader.malformed("a link that is not a link");
  }
  if (link.kind == EntryKind::hardlink && !is_normalised_path(link.target)) {
    return reader.malformed("a hard link to a path that is not normalised");
  }
  return link;
}

Result<std::string> read_folder(ByteReader& reader) {
  std::string path = TRY(reader.text());
  if (!path.empty() && !is_normalised_path(path)) {
    return reader.malformed("a path that is not normalised");
  }
  return path;
}

void write_text(ByteWriter& writer, const std::string& text) { writer.text(text); }

void write_entry(ByteWriter& writer, const PathEntry& entry) {
  writer.raw(entry.hash.bytes);
  writer.number(static_cast<std::uint8_t>(entry.kind));
}

Result<PathEntry> read_entry(ByteReader& reader) {
  PathEntry entry;
  ByteView hash = TRY(reader.raw(entry.hash.bytes.size()));
  std::ranges::copy(hash, entry.hash.bytes.begin());
  entry.kind = TRY(read_kind(reader));
  return entry;
}

void write_problem(ByteWriter& writer, const Problem& problem) {
  write_texts(writer, std::tie(problem.code, problem.path, problem.message));
  writer.flag(problem.incomplete);
}

Result<Problem> read_problem(ByteReader& reader) {
  Problem problem;
  TRY(read_texts(reader, std::tie(problem.code, problem.path, problem.message)));
  problem.incomplete = TRY(reader.flag());
  return problem;
}

Result<Digest> read_digest(ByteReader& reader) {
  Digest digest = TRY(reader.digest());
  if (digest.empty()) return reader.malformed("a layer without its digest");
  return digest;
}

}  // namespace

bool is_normalised_path(std::string_view path) {
  for (std::string_view part : split(path, '/')) {
    if (part.empty() || part == "." || part == "..") return false;
  }
  return true;
}

Bytes encode_facts(const LayerFacts& facts) {
  ByteWriter writer;
  writer.number(kVersion);
  writer.digest(facts.blob);
  writer.digest(facts.diff_id);
  writer.number(facts.compressed_size);
  writer.number(facts.size);
  writer.number(facts.entries);
  write_list(writer, facts.files, write_file);
  write_list(writer, facts.links, write_link);
  write_list(writer, facts.whiteouts, write_text);
  write_list(writer, facts.opaques, write_text);
  write_list(writer, facts.paths, write_entry);
  write_list(writer, facts.problems, write_problem);
  return writer.take();
}

Result<LayerFacts> decode_facts(ByteView bytes) {
  ByteReader reader(bytes, "facts.malformed");
  LayerFacts facts;
  if (TRY(reader.number<std::uint8_t>()) != kVersion) {
    return reader.malformed("a version that is not known");
  }
  facts.blob = TRY(read_digest(reader));
  facts.diff_id = TRY(read_digest(reader));
  facts.compressed_size = TRY(reader.number<std::uint64_t>());
  facts.size = TRY(reader.number<std::uint64_t>());
  facts.entries = TRY(reader.number<std::uint64_t>());
  facts.files = TRY(read_list(reader, kFileBytes, read_file, [](const CatalogedFile& file) {
    return std::tie(file.path, file.cataloger);
  }));
  facts.links = TRY(read_list(reader, kLinkBytes, read_link, kWhole));
  facts.whiteouts = TRY(read_list(reader, kTextBytes, read_path, kWhole));
  facts.opaques = TRY(read_list(reader, kTextBytes, read_folder, kWhole));
  facts.paths = TRY(read_list(reader, kPathBytes, read_entry, kWhole));
  facts.problems = TRY(read_list(reader, kProblemBytes, read_problem, kWhole));
  TRY(reader.end());
  return facts;
}

}  // namespace tallyman
