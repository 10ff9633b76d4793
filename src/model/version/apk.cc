// Alpine package versions (apk-tools, apk-package(5)):
//
//   digits { "." digits } [letter] { "_" suffix [digits] } [ "~" hex ] [ "-r" digits ]
//
// Two versions are compared token by token. Where the kinds of token differ, the order of `Kind`
// decides; "_alpha", "_beta", "_pre" and "_rc" sort before a version that ends there. Numbers
// after a dot that begin with 0 are fractions: they are compared as text and sort before those
// that do not.
//
// What does not follow the grammar sorts, from the place where it leaves it, before a version
// that ends there; two such rests are compared by runs of digits and single characters, so that
// the result is an order over any texts.

#include <algorithm>
#include <array>

#include "model/version/text.h"
#include "model/version_scheme.h"

namespace tallyman::version {
namespace {

// In the order in which the kinds sort.
enum class Kind {
  pre_suffix,
  invalid,
  end,
  revision,
  hash,
  suffix_number,
  post_suffix,
  letter,
  number,
  first_number
};

struct Token {
  Kind kind = Kind::end;
  std::string_view text;
  std::size_t rank = 0;  // of a suffix
};

constexpr std::array<std::string_view, 9> kSuffixes = {"alpha", "beta", "pre", "rc", "cvs",
                                                       "svn",   "git",  "hg",  "p"};
constexpr std::size_t kPreSuffixes = 4;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }

class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  Token next() noexcept {
    std::string_view start = rest_;
    Token token = scan();
    if (token.kind == Kind::invalid) token.text = start;
    last_ = token.kind;
    return token;
  }

 private:
  Token scan() noexcept {
    if (last_ == Kind::end) return digits(Kind::first_number);
    if (rest_.empty()) return {};
    char c = rest_[0];
    bool in_number = last_ == Kind::first_number || last_ == Kind::number;
    bool in_suffix = last_ == Kind::pre_suffix || last_ == Kind::post_suffix;
    if (in_suffix && is_digit(c)) return digits(Kind::suffix_number);
    if (in_number && is_lower(c)) return {Kind::letter, taken(1)};
    if (in_number && c == '.') return taken(1), digits(Kind::number);
    if (c == '_' && last_ != Kind::hash && last_ != Kind::revision) return taken(1), suffix();
    if (c == '~' && last_ != Kind::hash && last_ != Kind::revision) return taken(1), hash();
    if (rest_.starts_with("-r") && last_ != Kind::revision) return taken(2), digits(Kind::revision);
    return {Kind::invalid, {}};
  }

  std::string_view taken(std::size_t count) noexcept {
    std::string_view text = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return text;
  }

  Token digits(Kind kind) noexcept {
    std::string_view text = take_digits(rest_);
    return {text.empty() ? Kind::invalid : kind, text};
  }

  Token suffix() noexcept {
    std::string_view name = take_while(rest_, is_lower);
    auto found = std::ranges::find(kSuffixes, name);
    if (found == kSuffixes.end()) return {Kind::invalid, {}};
    auto rank = static_cast<std::size_t>(found - kSuffixes.begin());
    return {rank < kPreSuffixes ? Kind::pre_suffix : Kind::post_suffix, {}, rank};
  }

  Token hash() noexcept {
    std::string_view text = take_while(rest_, is_hex);
    return {text.empty() ? Kind::invalid : Kind::hash, text};
  }

  std::string_view rest_;
  Kind last_ = Kind::end;  // before the first token
};

std::weak_ordering compare_invalid(std::string_view a, std::string_view b) noexcept {
  while (!a.empty() && !b.empty()) {
    if (is_digit(a[0]) && is_digit(b[0])) {
      if (auto order = compare_numbers(take_digits(a), take_digits(b)); order != 0) return order;
      continue;
    }
    if (auto order = compare_text(a.substr(0, 1), b.substr(0, 1)); order != 0) return order;
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  return a.size() <=> b.size();
}

std::weak_ordering compare_fraction(std::string_view a, std::string_view b) noexcept {
  if (a.starts_with('0') || b.starts_with('0')) return compare_text(a, b);
  return compare_numbers(a, b);
}

std::weak_ordering compare_same_kind(const Token& a, const Token& b) noexcept {
  switch (a.kind) {
    case Kind::first_number:
    case Kind::suffix_number:
    case Kind::revision:
      return compare_numbers(a.text, b.text);
    case Kind::number:
      return compare_fraction(a.text, b.text);
    case Kind::letter:
    case Kind::hash:
      return compare_text(a.text, b.text);
    case Kind::pre_suffix:
    case Kind::post_suffix:
      return a.rank <=> b.rank;
    case Kind::invalid:
      return compare_invalid(a.text, b.text);
    case Kind::end:
      break;
  }
  return std::weak_ordering::equivalent;
}

std::weak_ordering compare(std::string_view a, std::string_view b) noexcept {
  Scanner left(a);
  Scanner right(b);
  while (true) {
    Token x = left.next();
    Token y = right.next();
    if (auto order = x.kind <=> y.kind; order != 0) return order;
    if (auto order = compare_same_kind(x, y); order != 0) return order;
    if (x.kind == Kind::end || x.kind == Kind::invalid) return std::weak_ordering::equivalent;
  }
}

}  // namespace

extern const VersionScheme apk;
constinit const VersionScheme apk{"apk", "Alpine and Wolfi packages (apk-tools)", compare};

}  // namespace tallyman::version
