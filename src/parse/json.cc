#include "parse/json.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>

#include "base/text.h"

namespace tallyman {
namespace {

namespace dom = simdjson::dom;

Error malformed(std::string_view what) {
  return {ErrorKind::corrupt, "json.malformed", fmt::format("not valid JSON: {}", what), {}};
}

Error too_large(std::string context) {
  return {ErrorKind::too_large, "json.too_large", std::move(context), {}};
}

// simdjson says that the encoding is wrong, not where.
std::size_t first_bad_utf8(std::string_view text) {
  std::size_t offset = 0;
  while (offset < text.size()) {
    std::size_t length = utf8_length(text.substr(offset));
    if (length == 0) break;
    offset += length;
  }
  return offset;
}

Error parse_error(simdjson::error_code code, ByteView bytes, const JsonLimits& limits) {
  switch (code) {
    case simdjson::DEPTH_ERROR:
      return too_large(fmt::format("JSON nested deeper than {}", limits.depth));
    case simdjson::EMPTY:
      return malformed("the document is empty");
    case simdjson::UTF8_ERROR:
      return malformed(fmt::format("not UTF-8 at byte {}", first_bad_utf8(as_text(bytes))));
    case simdjson::MEMALLOC:
      return {ErrorKind::internal, "json.memory", "no memory for a JSON document", {}};
    default:
      return malformed(simdjson::error_message(code));
  }
}

// A key as the most permissive readers compare it: Go folds letter case, and with it the two
// characters outside ASCII whose lower case is an ASCII letter (long s, Kelvin sign).
std::string folded(std::string_view key) {
  constexpr std::string_view kLongS = "\xC5\xBF";
  constexpr std::string_view kKelvin = "\xE2\x84\xAA";
  if (key.find_first_of("\xC5\xE2") == std::string_view::npos) return to_lower(key);
  std::string out;
  out.reserve(key.size());
  while (!key.empty()) {
    if (key.starts_with(kLongS)) {
      out += 's';
      key.remove_prefix(kLongS.size());
    } else if (key.starts_with(kKelvin)) {
      out += 'k';
      key.remove_prefix(kKelvin.size());
    } else {
      out += key.front();
      key.remove_prefix(1);
    }
  }
  return to_lower(out);
}

Result<void> refuse_duplicates(const std::vector<std::pair<std::string, Json>>& members,
                               bool case_variants) {
  std::vector<std::string> keys;
  keys.reserve(members.size());
  for (const auto& [key, value] : members) keys.push_back(case_variants ? key : folded(key));
  std::sort(keys.begin(), keys.end());
  auto twice = std::adjacent_find(keys.begin(), keys.end());
  if (twice == keys.end()) return {};
  return fail(ErrorKind::corrupt, "json.duplicate_key",
              fmt::format("the key \"{}\" occurs twice in one object{}",
                          printable(std::string_view(*twice).substr(0, 100)),
                          case_variants ? "" : " (letter case ignored)"));
}

}  // namespace

// Copies simdjson's tape into the tree. Recursion is bounded by limits.depth.
struct JsonBuilder {
  const JsonLimits& limits;
  std::size_t values = 0;

  Result<Json> build(dom::element element, std::size_t depth) {
    if (++values > limits.values) {
      return std::unexpected(too_large(fmt::format("more than {} JSON values", limits.values)));
    }
    Json json;
    if (element.is_array() || element.is_object()) {
      if (depth == limits.depth) {
        return std::unexpected(parse_error(simdjson::DEPTH_ERROR, {}, limits));
      }
      TRY(element.is_array() ? fill_array(json, element, depth)
                             : fill_object(json, element, depth));
    } else {
      TRY(fill_scalar(json, element));
    }
    return json;
  }

  Result<void> fill_array(Json& json, dom::element element, std::size_t depth) {
    json.kind_ = Json::Kind::array;
    for (dom::element item : dom::array(element.get_array().value_unsafe())) {
      json.items_.push_back(TRY(build(item, depth + 1)));
    }
    return {};
  }

  Result<void> fill_object(Json& json, dom::element element, std::size_t depth) {
    json.kind_ = Json::Kind::object;
    for (dom::key_value_pair member : dom::object(element.get_object().value_unsafe())) {
      std::string key = TRY(utf8(member.key));
      json.members_.emplace_back(std::move(key), TRY(build(member.value, depth + 1)));
    }
    return refuse_duplicates(json.members_, limits.case_variants);
  }

  Result<void> fill_scalar(Json& json, dom::element element) {
    switch (element.type()) {
      case dom::element_type::STRING:
        json.kind_ = Json::Kind::string;
        json.text_ = TRY(utf8(element.get_string().value_unsafe()));
        break;
      case dom::element_type::BOOL:
        json.kind_ = Json::Kind::boolean;
        json.boolean_ = element.get_bool().value_unsafe();
        break;
      case dom::element_type::INT64:
      case dom::element_type::UINT64: {
        json.kind_ = Json::Kind::number;
        std::uint64_t number = 0;
        if (element.get_uint64().get(number) == simdjson::SUCCESS) json.number_ = number;
        break;
      }
      case dom::element_type::DOUBLE:
        json.kind_ = Json::Kind::number;
        break;
      default:
        break;
    }
    return {};
  }

  // simdjson checks the document's encoding, but an escape may still name half a surrogate pair.
  static Result<std::string> utf8(std::string_view text) {
    if (!simdjson::validate_utf8(text)) {
      return std::unexpected(malformed("a string escape that is half a surrogate pair"));
    }
    return std::string(text);
  }
};

Result<Json> Json::parse(ByteView bytes, const JsonLimits& limits) {
  if (bytes.size() > limits.bytes) {
    return std::unexpected(too_large(fmt::format(
        "a JSON document of {} bytes where at most {} are allowed", bytes.size(), limits.bytes)));
  }
  dom::parser parser;
  // simdjson's own depth check runs before anything is built; one more than ours, so that it
  // never refuses what the builder would accept.
  if (auto code = parser.allocate(std::max<std::size_t>(bytes.size(), 64), limits.depth + 1);
      code != simdjson::SUCCESS) {
    return std::unexpected(parse_error(code, bytes, limits));
  }
  dom::element root;
  if (auto code = parser.parse(bytes.data(), bytes.size()).get(root); code != simdjson::SUCCESS) {
    return std::unexpected(parse_error(code, bytes, limits));
  }
  JsonBuilder builder{limits};
  return builder.build(root, 0);
}

const Json* Json::find(std::string_view key) const {
  for (const auto& [name, value] : members_) {
    if (name == key) return &value;
  }
  return nullptr;
}

std::optional<std::string_view> Json::variant_of(std::string_view key) const {
  const std::string wanted = folded(key);
  for (const auto& [name, value] : members_) {
    if (name != key && folded(name) == wanted) return name;
  }
  return std::nullopt;
}

std::string_view Json::text() const { return text_; }

std::string_view Json::text_of(std::string_view key) const {
  const Json* member = find(key);
  return member == nullptr ? std::string_view() : member->text();
}

std::optional<std::uint64_t> Json::unsigned_number() const { return number_; }

std::optional<bool> Json::boolean() const {
  if (kind_ != Kind::boolean) return std::nullopt;
  return boolean_;
}

}  // namespace tallyman
