#pragma once
// Streams JSON (RFC 8259) into a string: no tree, keys in the order written, so the same calls
// give the same bytes. Text that is not UTF-8 is written with U+FFFD for each bad byte; control
// characters and bidirectional overrides are escaped.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tallyman {

class JsonWriter {
 public:
  // indent: spaces a level; 0 writes everything on one line.
  explicit JsonWriter(int indent = 0) : indent_(indent) {}

  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  // REQUIRES: inside an object, followed by exactly one value.
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(bool flag);
  JsonWriter& value(std::int64_t number);
  JsonWriter& value(std::uint64_t number);
  JsonWriter& value(int number) { return value(static_cast<std::int64_t>(number)); }
  JsonWriter& value(double number);  // not finite: null
  JsonWriter& null();

  // key(name).value(v) in one call.
  template <class T>
  JsonWriter& field(std::string_view name, const T& v) {
    key(name);
    return value(v);
  }
  // The same, left out when the text is empty.
  JsonWriter& field_if(std::string_view name, std::string_view text) {
    return text.empty() ? *this : field(name, text);
  }

  // The document so far; complete once every begin has its end.
  const std::string& text() const { return out_; }
  std::string take() { return std::move(out_); }

 private:
  void before_value();
  void open(char bracket);
  void close(char bracket);
  void newline();

  int indent_;
  std::string out_;
  std::vector<bool> has_items_;  // one per open bracket
  bool after_key_ = false;
};

// `text` as a JSON string with its quotes.
std::string json_quote(std::string_view text);

}  // namespace tallyman
