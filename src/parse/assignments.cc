#include "parse/assignments.h"

#include "base/text.h"

namespace tallyman {
namespace {

bool is_name(std::string_view name) {
  if (name.empty() || is_digit(name[0])) return false;
  for (char c : name) {
    if (!is_alnum(c) && c != '_') return false;
  }
  return true;
}

std::string double_quoted(std::string_view body) {
  constexpr std::string_view kEscapable = "\"$\\`";
  std::string value;
  for (std::size_t i = 0; i < body.size() && body[i] != '"'; ++i) {
    bool escape = body[i] == '\\' && i + 1 < body.size() && kEscapable.contains(body[i + 1]);
    value += body[escape ? ++i : i];
  }
  return value;
}

std::string bare(std::string_view text) {
  std::string value;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    value += text[i];
  }
  return value;
}

std::string unquote(std::string_view text) {
  if (text.starts_with('"')) return double_quoted(text.substr(1));
  if (text.starts_with('\'')) return std::string(cut(text.substr(1), '\'').before);
  return bare(text);
}

}  // namespace

std::map<std::string, std::string, std::less<>> parse_assignments(std::string_view text) {
  std::map<std::string, std::string, std::less<>> values;
  while (!text.empty()) {
    Cut lines = cut(text, '\n');
    text = lines.after;
    Cut parts = cut(trim(lines.before), '=');
    if (!parts.found || !is_name(parts.before)) continue;
    values.insert_or_assign(std::string(parts.before), unquote(trim(parts.after)));
  }
  return values;
}

}  // namespace tallyman
