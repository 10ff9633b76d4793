#pragma once
// A content digest, "sha256:<64 lower hex>" (OCI image-spec, descriptor.md). A value of this type
// has been checked: it is safe in a URL and in a path.

#include <compare>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace tallyman {

class Digest {
 public:
  Digest() = default;  // empty: "no digest"

  // Accepts sha256 (64 lower-case hex) and sha512 (128). Other algorithms, other lengths and
  // upper case are errors of kind invalid, code "digest.malformed" or "digest.unsupported".
  static Result<Digest> parse(std::string_view text);
  // From raw hash bytes: 32 give sha256, 64 give sha512. REQUIRES one of these lengths.
  static Digest from_bytes(ByteView hash);

  bool empty() const { return text_.empty(); }
  const std::string& text() const { return text_; }  // "sha256:..."
  std::string_view algorithm() const;                // "sha256"
  std::string_view hex() const;                      // without the algorithm
  std::string short_hex() const { return std::string(hex().substr(0, 12)); }
  auto operator<=>(const Digest&) const = default;

 private:
  explicit Digest(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace tallyman
