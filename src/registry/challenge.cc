// challenge  = scheme [ 1*SP ( token68 / #parameter ) ]      several to a line, comma-separated
// parameter  = token BWS "=" BWS ( token / quoted-string )   also comma-separated
//
// The comma means two things, so a word after a comma is a parameter if "=" follows it and a
// scheme otherwise.

#include "registry/challenge.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "base/text.h"

namespace tallyman {
namespace {

constexpr std::size_t kMaxChallenges = 16;
constexpr std::size_t kMaxParameters = 32;

bool is_token_character(char c) {
  return is_alnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : left_(text) {}

  bool at_end() const { return left_.empty(); }

  // Skips white space and commas; true if there was a comma.
  bool skip_separators() {
    bool comma = false;
    while (!left_.empty() && (is_space(left_.front()) || left_.front() == ',')) {
      comma |= left_.front() == ',';
      left_.remove_prefix(1);
    }
    return comma;
  }

  std::string_view token() { return take_while(is_token_character); }

  // Skips to the next comma or space: token68 and whatever else is not a parameter.
  void skip_word() { bare_value(); }

  bool skip_equals() {
    Scanner ahead = *this;
    ahead.take_while(is_space);
    if (!ahead.left_.starts_with('=')) return false;
    ahead.left_.remove_prefix(1);
    *this = ahead;
    return true;
  }

  // nullopt if there is none: an empty bare value, or a quote that never closes.
  std::optional<std::string> value() {
    take_while(is_space);
    if (left_.starts_with('"')) return quoted();
    std::string_view bare = bare_value();
    if (bare.empty()) return std::nullopt;
    return std::string(bare);
  }

 private:
  static bool is_space(char c) { return c == ' ' || c == '\t'; }

  template <class Predicate>
  std::string_view take_while(Predicate wanted) {
    std::size_t length = 0;
    while (length < left_.size() && wanted(left_[length])) ++length;
    std::string_view taken = left_.substr(0, length);
    left_.remove_prefix(length);
    return taken;
  }

  std::string_view bare_value() {
    return take_while([](char c) { return !is_space(c) && c != ','; });
  }

  std::optional<std::string> quoted() {
    left_.remove_prefix(1);
    std::string out;
    while (!left_.empty()) {
      char c = left_.front();
      left_.remove_prefix(1);
      if (c == '"') return out;
      if (c == '\\' && !left_.empty()) {
        c = left_.front();
        left_.remove_prefix(1);
      }
      out += c;
    }
    return std::nullopt;
  }

  std::string_view left_;
};

std::optional<Challenge::Scheme> known_scheme(std::string_view name) {
  if (equals_ignoring_case(name, "bearer")) return Challenge::Scheme::bearer;
  if (equals_ignoring_case(name, "basic")) return Challenge::Scheme::basic;
  return std::nullopt;
}

void parse_line(std::string_view line, std::vector<Challenge>& challenges) {
  Scanner scanner(line);
  Challenge* current = nullptr;  // none while inside a scheme that is skipped
  bool scheme_may_follow = true;
  while (true) {
    scheme_may_follow |= scanner.skip_separators();
    if (scanner.at_end()) return;
    std::string_view word = scanner.token();
    if (!word.empty() && scanner.skip_equals()) {
      std::optional<std::string> value = scanner.value();
      if (value && current != nullptr && current->parameters.size() < kMaxParameters) {
        current->parameters.try_emplace(to_lower(word), *std::move(value));
      }
    } else if (!word.empty() && scheme_may_follow) {
      current = nullptr;
      if (auto scheme = known_scheme(word); scheme && challenges.size() < kMaxChallenges) {
        current = &challenges.emplace_back(Challenge{*scheme, {}});
      }
    } else {
      scanner.skip_word();
    }
    scheme_may_follow = false;
  }
}

}  // namespace

std::string_view Challenge::parameter(std::string_view name) const {
  auto found = parameters.find(name);
  return found == parameters.end() ? std::string_view() : std::string_view(found->second);
}

std::vector<Challenge> parse_challenges(std::span<const std::string_view> header_lines) {
  std::vector<Challenge> found;
  for (std::string_view line : header_lines) parse_line(line, found);
  std::vector<Challenge> ordered;
  for (auto scheme : {Challenge::Scheme::bearer, Challenge::Scheme::basic}) {
    std::ranges::copy_if(found, std::back_inserter(ordered),
                         [=](const Challenge& c) { return c.scheme == scheme; });
  }
  return ordered;
}

}  // namespace tallyman
