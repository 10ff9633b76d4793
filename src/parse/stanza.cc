#include "parse/stanza.h"

#include "base/text.h"

namespace tallyman {

std::string_view Stanza::first_line(std::string_view name) const {
  for (const StanzaField& field : fields) {
    if (equals_ignoring_case(field.name, name)) return trim(cut(field.value, '\n').before);
  }
  return {};
}

std::string_view StanzaReader::take_line() {
  std::size_t end = text_.find('\n', at_);
  std::string_view line = text_.substr(at_, end == std::string_view::npos ? end : end - at_);
  at_ = end == std::string_view::npos ? text_.size() : end + 1;
  return line;
}

void StanzaReader::add_line(std::string_view line, std::uint64_t offset, Stanza& stanza) const {
  auto mark_bad = [&] {
    if (!stanza.bad_line) stanza.bad_line = offset;
  };
  if (line.size() > limits_.line_bytes || offset + line.size() - stanza.offset > limits_.bytes) {
    stanza.too_large = true;
    return;
  }
  if (line[0] == ' ' || line[0] == '\t') {
    if (stanza.fields.empty()) return mark_bad();
    // The field's value and this line are neighbours in the text: the view just grows.
    std::string_view& value = stanza.fields.back().value;
    const char* begin = value.data();
    value = std::string_view(begin, static_cast<std::size_t>(line.data() + line.size() - begin));
    return;
  }
  Cut parts = cut(line, ':');
  if (!parts.found || parts.before.empty()) return mark_bad();
  if (stanza.fields.size() >= limits_.fields) {
    stanza.too_large = true;
    return;
  }
  // An empty value keeps its place, so that continuation lines can extend it.
  stanza.fields.push_back({trim(parts.before), parts.after});
}

bool StanzaReader::next(Stanza& stanza) {
  stanza.offset = at_;
  stanza.fields.clear();  // keeps the memory
  stanza.bad_line.reset();
  stanza.too_large = false;
  bool begun = false;
  while (at_ < text_.size()) {
    std::uint64_t offset = at_;
    std::string_view line = take_line();
    if (trim(line).empty()) {
      if (begun) break;
      continue;
    }
    if (!begun) stanza.offset = offset;
    begun = true;
    add_line(line, offset, stanza);
  }
  for (StanzaField& field : stanza.fields) field.value = trim(field.value);
  return begun;
}

}  // namespace tallyman
