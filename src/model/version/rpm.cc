// RPM package versions (rpm-version(7)):
//
//   [epoch:]version[-release]
//
// The epoch is digits before the first colon (0 when absent), the release what follows the last
// hyphen. A version without a release sorts before the same version with one: treating them as
// equal would not be an order, since 1-1 and 1-2 would both equal 1.
//
// Version and release are walked as runs of digits and runs of letters; everything else only
// separates, but for '~' (sorts before the end) and '^' (sorts after the end and before any run).

#include "model/version/text.h"
#include "model/version_scheme.h"

namespace tallyman::version {
namespace {

struct RpmVersion {
  std::string_view epoch;
  std::string_view version;
  std::string_view release;
  bool has_release = false;
};

RpmVersion parse(std::string_view text) noexcept {
  RpmVersion parsed;
  std::string_view rest = text;
  std::string_view epoch = take_digits(rest);
  if (rest.starts_with(':')) {
    parsed.epoch = epoch;
    text = rest.substr(1);
  }
  std::size_t hyphen = text.rfind('-');
  parsed.version = text.substr(0, hyphen);
  if (hyphen != std::string_view::npos) {
    parsed.has_release = true;
    parsed.release = text.substr(hyphen + 1);
  }
  return parsed;
}

// What comes next, in the order in which the kinds sort.
enum class Kind { tilde, end, caret, letters, digits };

struct Token {
  Kind kind = Kind::end;
  std::string_view text;
};

Token next(std::string_view& rest) noexcept {
  take_while(rest, [](char c) { return !is_alnum(c) && c != '~' && c != '^'; });
  if (rest.empty()) return {};
  if (is_digit(rest[0])) return {Kind::digits, take_digits(rest)};
  if (is_alpha(rest[0])) return {Kind::letters, take_while(rest, is_alpha)};
  Kind kind = rest[0] == '~' ? Kind::tilde : Kind::caret;
  rest.remove_prefix(1);
  return {kind, {}};
}

std::weak_ordering compare_part(std::string_view a, std::string_view b) noexcept {
  while (true) {
    Token left = next(a);
    Token right = next(b);
    if (auto order = left.kind <=> right.kind; order != 0) return order;
    if (left.kind == Kind::end) return std::weak_ordering::equivalent;
    auto order = left.kind == Kind::digits ? compare_numbers(left.text, right.text)
                                           : compare_text(left.text, right.text);
    if (order != 0) return order;
  }
}

std::weak_ordering compare(std::string_view a, std::string_view b) noexcept {
  RpmVersion left = parse(a);
  RpmVersion right = parse(b);
  if (auto order = compare_numbers(left.epoch, right.epoch); order != 0) return order;
  if (auto order = compare_part(left.version, right.version); order != 0) return order;
  if (auto order = left.has_release <=> right.has_release; order != 0) return order;
  return compare_part(left.release, right.release);
}

}  // namespace

extern const VersionScheme rpm;
constinit const VersionScheme rpm{"rpm", "Red Hat, Fedora, SUSE and other RPM packages", compare};

}  // namespace tallyman::version
