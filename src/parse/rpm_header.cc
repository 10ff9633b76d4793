#include "parse/rpm_header.h"

#include <fmt/format.h>

#include <array>
#include <optional>

// All integers are big-endian.
//
//   0           4           8                        8 + 16 n              8 + 16 n + d
//   +-----------+-----------+------------------------+---------------------+
//   | n tags    | d bytes   | n index entries        | data area           |
//   +-----------+-----------+------------------------+---------------------+
//   index entry:  tag | type | offset in data area | count   (4 bytes each)

namespace tallyman {
namespace {

constexpr std::size_t kPreamble = 8;
constexpr std::size_t kEntry = 16;
constexpr std::uint32_t kMaxTags = 0xFFFF;
constexpr std::size_t kMaxIdentifier = 1 << 10;
constexpr std::size_t kMaxText = 64 << 10;

enum class TagType : std::uint32_t { int32 = 4, string = 6, string_array = 8, i18n_string = 9 };

struct Entry {
  std::uint32_t tag = 0;
  std::uint32_t type = 0;
  std::uint32_t offset = 0;  // in the data area
  std::uint32_t count = 0;
  std::size_t position = 0;  // of the entry in the blob, for messages
};

struct TextTag {
  std::uint32_t tag;
  std::string RpmHeader::* field;
  std::size_t limit;
};

constexpr std::uint32_t kEpoch = 1003;
constexpr std::array kTextTags = {
    TextTag{1000, &RpmHeader::name, kMaxIdentifier},
    TextTag{1001, &RpmHeader::version, kMaxIdentifier},
    TextTag{1002, &RpmHeader::release, kMaxIdentifier},
    TextTag{1011, &RpmHeader::vendor, kMaxText},
    TextTag{1014, &RpmHeader::licence, kMaxText},
    TextTag{1022, &RpmHeader::architecture, kMaxIdentifier},
    TextTag{1044, &RpmHeader::source_rpm, kMaxIdentifier},
    TextTag{5096, &RpmHeader::modularity, kMaxIdentifier},
};

std::unexpected<Error> malformed(std::string_view what, std::size_t offset) {
  return fail(ErrorKind::corrupt, "rpm.header_malformed",
              fmt::format("rpm header, byte {}: {}", offset, what));
}

std::unexpected<Error> too_large(std::string_view what, std::size_t offset) {
  return fail(ErrorKind::too_large, "rpm.header_too_large",
              fmt::format("rpm header, byte {}: {}", offset, what));
}

// The first string of an entry: of translated texts that is the untranslated one.
Result<std::string> read_text(ByteView data, const Entry& entry, std::size_t limit) {
  auto type = static_cast<TagType>(entry.type);
  bool is_text =
      type == TagType::string || type == TagType::string_array || type == TagType::i18n_string;
  if (!is_text || entry.count == 0) {
    return malformed(fmt::format("tag {} is not text", entry.tag), entry.position);
  }
  if (entry.offset >= data.size()) {
    return malformed(fmt::format("tag {} lies outside the data", entry.tag), entry.position);
  }
  std::string_view rest = as_text(data).substr(entry.offset);
  std::size_t end = rest.substr(0, limit + 1).find('\0');
  if (end != std::string_view::npos) return std::string(rest.substr(0, end));
  if (rest.size() > limit) {
    return too_large(fmt::format("tag {} is over {} bytes", entry.tag, limit), entry.position);
  }
  return malformed(fmt::format("tag {} has no end", entry.tag), entry.position);
}

Result<std::uint32_t> read_int32(ByteView data, const Entry& entry) {
  if (entry.type != static_cast<std::uint32_t>(TagType::int32) || entry.count == 0) {
    return malformed(fmt::format("tag {} is not a number", entry.tag), entry.position);
  }
  if (data.size() < 4 || entry.offset > data.size() - 4) {
    return malformed(fmt::format("tag {} lies outside the data", entry.tag), entry.position);
  }
  return load_be<std::uint32_t>(data, entry.offset);
}

// The last entry of each tag that is wanted: entries may all name one long text, so that reading
// every one of them would cost far more than the header has bytes.
struct Wanted {
  std::optional<Entry> epoch;
  std::array<std::optional<Entry>, kTextTags.size()> texts;
};

Wanted find_wanted(ByteView blob, std::size_t index_end) {
  Wanted wanted;
  for (std::size_t at = kPreamble; at < index_end; at += kEntry) {
    Entry entry{.tag = load_be<std::uint32_t>(blob, at),
                .type = load_be<std::uint32_t>(blob, at + 4),
                .offset = load_be<std::uint32_t>(blob, at + 8),
                .count = load_be<std::uint32_t>(blob, at + 12),
                .position = at};
    if (entry.tag == kEpoch) wanted.epoch = entry;
    for (std::size_t i = 0; i < kTextTags.size(); ++i) {
      if (kTextTags[i].tag == entry.tag) wanted.texts[i] = entry;
    }
  }
  return wanted;
}

}  // namespace

std::string RpmHeader::full_version() const {
  if (epoch == 0) return fmt::format("{}-{}", version, release);
  return fmt::format("{}:{}-{}", epoch, version, release);
}

Result<RpmHeader> parse_rpm_header(ByteView blob) {
  if (blob.size() < kPreamble) return malformed("shorter than its preamble", blob.size());
  std::uint32_t tags = load_be<std::uint32_t>(blob, 0);
  std::uint32_t data_size = load_be<std::uint32_t>(blob, 4);
  if (tags > kMaxTags) return too_large(fmt::format("{} tags", tags), 0);
  std::size_t index_end = kPreamble + tags * kEntry;
  if (blob.size() < index_end || blob.size() - index_end < data_size) {
    return malformed(fmt::format("{} tags and {} bytes of data do not fit", tags, data_size), 0);
  }
  ByteView data = blob.subspan(index_end, data_size);
  RpmHeader header;
  Wanted wanted = find_wanted(blob, index_end);
  if (wanted.epoch) header.epoch = TRY(read_int32(data, *wanted.epoch));
  for (std::size_t i = 0; i < kTextTags.size(); ++i) {
    const auto& text = wanted.texts[i];
    if (text) header.*kTextTags[i].field = TRY(read_text(data, *text, kTextTags[i].limit));
  }
  if (header.name.empty()) return malformed("no name", index_end);
  if (header.version.empty()) return malformed("no version", index_end);
  if (header.release.empty()) return malformed("no release", index_end);
  return header;
}

RpmSource split_source_rpm(std::string_view file_name) {
  for (std::string_view suffix : {".src.rpm", ".nosrc.rpm"}) {
    if (!file_name.ends_with(suffix)) continue;
    std::string_view stem = file_name.substr(0, file_name.size() - suffix.size());
    std::size_t release = stem.rfind('-');
    if (release == std::string_view::npos || release == 0) return {};
    std::size_t version = stem.rfind('-', release - 1);
    if (version == std::string_view::npos || version == 0) return {};
    return {stem.substr(0, version), stem.substr(version + 1)};
  }
  return {};
}

}  // namespace tallyman
