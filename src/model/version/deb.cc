// Debian package versions (Debian policy 5.6.12, deb-version(7)):
//
//   [epoch:]upstream[-revision]
//
// The epoch is digits before the first colon, the revision what follows the last hyphen. Each of
// the two texts is walked as alternating runs of non-digits and digits. Among non-digits '~'
// sorts before the end of the run, the end before letters, letters before everything else.

#include "model/version/text.h"
#include "model/version_scheme.h"

namespace tallyman::version {
namespace {

struct DebVersion {
  std::string_view epoch;
  std::string_view upstream;
  std::string_view revision;
};

DebVersion parse(std::string_view text) noexcept {
  DebVersion version;
  std::string_view rest = text;
  std::string_view epoch = take_digits(rest);
  if (!epoch.empty() && rest.starts_with(':')) {
    version.epoch = epoch;
    text = rest.substr(1);
  }
  std::size_t hyphen = text.rfind('-');
  version.upstream = text.substr(0, hyphen);
  if (hyphen != std::string_view::npos) version.revision = text.substr(hyphen + 1);
  return version;
}

// The rank of the character at `at` within a run of non-digits; 0 where the run has ended.
int rank(std::string_view text, std::size_t at) noexcept {
  if (at >= text.size() || is_digit(text[at])) return 0;
  if (text[at] == '~') return -1;
  int code = static_cast<unsigned char>(text[at]);
  return is_alpha(text[at]) ? code : code + 256;
}

std::weak_ordering compare_part(std::string_view a, std::string_view b) noexcept {
  while (!a.empty() || !b.empty()) {
    std::size_t at = 0;
    while (rank(a, at) == rank(b, at) && rank(a, at) != 0) ++at;
    if (auto order = rank(a, at) <=> rank(b, at); order != 0) return order;
    a.remove_prefix(at);
    b.remove_prefix(at);
    if (auto order = compare_numbers(take_digits(a), take_digits(b)); order != 0) return order;
  }
  return std::weak_ordering::equivalent;
}

std::weak_ordering compare(std::string_view a, std::string_view b) noexcept {
  DebVersion left = parse(a);
  DebVersion right = parse(b);
  if (auto order = compare_numbers(left.epoch, right.epoch); order != 0) return order;
  if (auto order = compare_part(left.upstream, right.upstream); order != 0) return order;
  return compare_part(left.revision, right.revision);
}

}  // namespace

extern const VersionScheme deb;
constinit const VersionScheme deb{"deb", "Debian and Ubuntu packages (dpkg)", compare};

}  // namespace tallyman::version
