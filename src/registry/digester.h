#pragma once
// Hashes with the algorithm that a digest names.

#include <memory>
#include <string_view>

#include "base/bytes.h"
#include "model/digest.h"

namespace tallyman {

class Digester {
 public:
  // `algorithm` is that of a Digest: "sha256" or "sha512"; REQUIRES one of these.
  explicit Digester(std::string_view algorithm);
  ~Digester();
  Digester(Digester&&) noexcept;
  Digester& operator=(Digester&&) noexcept;

  void update(ByteView bytes);
  // Ends this hash; REQUIRES no further call.
  Digest finish();

  // Of the whole, with the algorithm that `like` has.
  static Digest of(ByteView bytes, const Digest& like);

 private:
  struct Algorithm;
  struct Sha256Algorithm;
  struct Sha512Algorithm;
  std::unique_ptr<Algorithm> algorithm_;
};

}  // namespace tallyman
