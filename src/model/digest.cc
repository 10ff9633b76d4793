#include "model/digest.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/text.h"

namespace tallyman {
namespace {

constexpr std::size_t kShown = 200;  // bytes of a stranger's text that an error repeats

std::size_t hex_length(std::string_view algorithm) {
  if (algorithm == "sha256") return 64;
  if (algorithm == "sha512") return 128;
  return 0;
}

bool is_lower_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }

}  // namespace

Result<Digest> Digest::parse(std::string_view text) {
  Cut parts = cut(text, ':');
  std::string shown = printable(text.substr(0, kShown));
  if (!parts.found || parts.before.empty()) {
    return fail(ErrorKind::invalid, "digest.malformed",
                fmt::format("\"{}\" is not a digest", shown),
                "a digest is sha256: and 64 lower-case hexadecimal digits");
  }
  std::size_t length = hex_length(parts.before);
  if (length == 0) {
    return fail(ErrorKind::invalid, "digest.unsupported",
                fmt::format("the algorithm of digest \"{}\" is not known", shown),
                "sha256 and sha512 are supported");
  }
  if (parts.after.size() != length || !std::ranges::all_of(parts.after, is_lower_hex)) {
    return fail(
        ErrorKind::invalid, "digest.malformed",
        fmt::format("digest \"{}\" has not {} lower-case hexadecimal digits", shown, length));
  }
  return Digest(std::string(text));
}

Digest Digest::from_bytes(ByteView hash) {
  return Digest((hash.size() == 64 ? "sha512:" : "sha256:") + hex_encode(hash));
}

std::string_view Digest::algorithm() const { return cut(text_, ':').before; }

std::string_view Digest::hex() const { return cut(text_, ':').after; }

}  // namespace tallyman
