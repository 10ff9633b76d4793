#include "vuln/osv_json.h"

#include <simdjson.h>

namespace tallyman {

std::string_view json_text(const JsonElement& value) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return {};
  return text;
}

std::string_view json_text(const JsonElement& object, std::string_view key) {
  simdjson::dom::object members;
  simdjson::dom::element value;
  if (object.get(members) != simdjson::SUCCESS) return {};
  if (members.at_key(key).get(value) != simdjson::SUCCESS) return {};
  return json_text(value);
}

void json_member(const JsonElement& object, std::string_view key,
                 const std::function<void(const JsonElement&)>& visit) {
  simdjson::dom::object members;
  simdjson::dom::element value;
  if (object.get(members) != simdjson::SUCCESS) return;
  if (members.at_key(key).get(value) == simdjson::SUCCESS) visit(value);
}

void json_items(const JsonElement& object, std::string_view key,
                const std::function<void(const JsonElement&)>& visit) {
  json_member(object, key, [&](const JsonElement& value) {
    simdjson::dom::array items;
    if (value.get(items) != simdjson::SUCCESS) return;
    for (simdjson::dom::element item : items) visit(item);
  });
}

}  // namespace tallyman
