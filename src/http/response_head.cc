#include "http/response_head.h"

#include "base/text.h"

namespace tallyman {

bool ResponseHead::add_line(std::string_view line) {
  bytes_ += line.size();
  if (bytes_ > kMaxBytes) return false;
  if (complete_) return true;
  std::string_view text = trim(line);
  if (!in_head_) {
    begin(text);
  } else if (text.empty()) {
    flush_field();
    in_head_ = false;
    complete_ = status_ >= 200;
  } else if (line[0] == ' ' || line[0] == '\t') {
    field_.append(" ").append(text);  // the obsolete way to fold a field over lines
  } else {
    flush_field();
    field_ = text;
  }
  return true;
}

void ResponseHead::begin(std::string_view status_line) {
  in_head_ = true;
  headers_ = {};
  std::string_view code = cut(status_line, ' ').after.substr(0, 3);
  status_ = static_cast<int>(parse_u64(code).value_or(0));
}

void ResponseHead::flush_field() {
  Cut parts = cut(field_, ':');
  if (parts.found) headers_.add(std::string(trim(parts.before)), std::string(trim(parts.after)));
  field_.clear();
}

}  // namespace tallyman
