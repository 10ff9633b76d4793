#pragma once
// The few questions that the OSV reader asks of a JSON value. simdjson itself stays in .cc files.

#include <functional>
#include <string_view>

namespace simdjson::dom {
class element;
}

namespace tallyman {

using JsonElement = simdjson::dom::element;

// The text of that member; "" when absent, not a text, or `object` is no object.
std::string_view json_text(const JsonElement& object, std::string_view key);

// The value's own text; "" when it is not a text.
std::string_view json_text(const JsonElement& value);

// Calls `visit` with every item of that member, when it is an array.
void json_items(const JsonElement& object, std::string_view key,
                const std::function<void(const JsonElement&)>& visit);

// Calls `visit` with that member, when it is there.
void json_member(const JsonElement& object, std::string_view key,
                 const std::function<void(const JsonElement&)>& visit);

}  // namespace tallyman
