#pragma once
// "Name: value" paragraphs separated by blank lines, as dpkg keeps its databases (Debian policy,
// chapter 5; deb822). A line that begins with a space or a tab continues the field above it.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tallyman {

struct StanzaField {
  std::string_view name;
  std::string_view value;  // trimmed; continuation lines included as written
};

struct StanzaLimits {
  std::size_t line_bytes = 1 << 20;
  std::size_t bytes = 4 << 20;  // of one stanza
  std::size_t fields = 1000;    // of one stanza
};

struct Stanza {
  std::uint64_t offset = 0;  // of its first line in the text
  std::vector<StanzaField> fields;
  std::optional<std::uint64_t> bad_line;  // offset of the first line that is no field
  bool too_large = false;                 // a limit was crossed: fields are missing

  // The first line of the first field of that name (any letter case), trimmed; "" if absent.
  std::string_view first_line(std::string_view name) const;
};

class StanzaReader {
 public:
  // Keeps `text`, and every stanza's views point into it.
  explicit StanzaReader(std::string_view text, const StanzaLimits& limits = {})
      : text_(text), limits_(limits) {}

  // Overwrites `stanza` with the next one; false at the end. Never fails: what cannot be read is
  // marked in the stanza.
  bool next(Stanza& stanza);

 private:
  std::string_view take_line();
  void add_line(std::string_view line, std::uint64_t offset, Stanza& stanza) const;

  std::string_view text_;
  StanzaLimits limits_;
  std::size_t at_ = 0;
};

}  // namespace tallyman
