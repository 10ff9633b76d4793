#include "model/platform.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace tallyman {
namespace {

constexpr std::size_t kLongestPart = 64;

bool is_part(std::string_view part) {
  return !part.empty() && part.size() <= kLongestPart && std::ranges::all_of(part, [](char c) {
    return is_alnum(c) || c == '_' || c == '-' || c == '.';
  });
}

// "v7", "v8.1": what follows an architecture and never an operating system.
bool is_variant(std::string_view part) {
  return part.size() > 1 && part[0] == 'v' && is_digit(part[1]);
}

bool is_operating_system(std::string_view part) {
  constexpr std::array<std::string_view, 6> kNames = {"linux",   "windows", "darwin",
                                                      "freebsd", "netbsd",  "openbsd"};
  return std::ranges::find(kNames, part) != kNames.end();
}

struct Alias {
  std::string_view name;
  std::string_view architecture;
  std::string_view variant;
};
constexpr std::array<Alias, 8> kAliases = {{{"x86_64", "amd64", ""},
                                            {"x86-64", "amd64", ""},
                                            {"aarch64", "arm64", ""},
                                            {"armhf", "arm", "v7"},
                                            {"armel", "arm", "v6"},
                                            {"i386", "386", ""},
                                            {"i686", "386", ""},
                                            {"x86", "386", ""}}};

void normalise(Platform& platform) {
  auto alias = std::ranges::find(kAliases, platform.architecture, &Alias::name);
  if (alias != kAliases.end()) {
    platform.architecture = alias->architecture;
    if (platform.variant.empty()) platform.variant = alias->variant;
  }
  if (platform.architecture == "arm64" && platform.variant == "v8") platform.variant.clear();
}

}  // namespace

Result<Platform> Platform::parse(std::string_view text) {
  std::string lower = to_lower(text.substr(0, 4 * kLongestPart));
  std::vector<std::string_view> parts = split(lower, '/');
  bool names_os = parts.size() == 3 || (parts.size() == 2 && !is_variant(parts[1]));
  if (parts.size() > 3 || !std::ranges::all_of(parts, is_part) ||
      (!names_os && is_operating_system(parts[0]))) {
    return fail(ErrorKind::invalid, "platform.malformed",
                fmt::format("\"{}\" is not a platform", printable(lower)),
                "write OS/ARCHITECTURE or OS/ARCHITECTURE/VARIANT, such as linux/arm64");
  }
  if (!names_os) parts.insert(parts.begin(), "linux");
  Platform platform{std::string(parts[0]), std::string(parts[1]),
                    parts.size() == 3 ? std::string(parts[2]) : std::string()};
  normalise(platform);
  return platform;
}

Platform Platform::host() {
#if defined(__x86_64__)
  return {"linux", "amd64", ""};
#elif defined(__aarch64__)
  return {"linux", "arm64", ""};
#elif defined(__arm__)
  return {"linux", "arm", "v7"};
#elif defined(__i386__)
  return {"linux", "386", ""};
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
  return {"linux", "ppc64le", ""};
#elif defined(__s390x__)
  return {"linux", "s390x", ""};
#elif defined(__riscv)
  return {"linux", "riscv64", ""};
#else
#error "say here what image indexes call this architecture"
#endif
}

bool Platform::matches(const Platform& other) const {
  Platform image = other;
  normalise(image);
  if (os != image.os || architecture != image.architecture) return false;
  if (image.variant.empty() || variant == image.variant) return true;
  if (!variant.empty()) return false;
  return architecture != "arm" || image.variant == "v7" || image.variant == "v6";
}

std::string Platform::text() const {
  std::string text = os + "/" + architecture;
  return variant.empty() ? text : text + "/" + variant;
}

}  // namespace tallyman
