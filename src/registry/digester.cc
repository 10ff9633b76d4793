#include "registry/digester.h"

#include <openssl/evp.h>

#include <array>

#include "stream/hash.h"

namespace tallyman {

struct Digester::Algorithm {
  virtual ~Algorithm() = default;
  virtual void update(ByteView bytes) = 0;
  virtual Digest finish() = 0;
};

struct Digester::Sha256Algorithm final : Algorithm {
  void update(ByteView bytes) override { hash.update(bytes); }
  Digest finish() override { return Digest::from_bytes(hash.finish()); }
  Sha256 hash;
};

// Rare (no registry makes sha512 by itself), so OpenSSL as it is will do. Its calls fail only
// when memory runs out; the digest then matches nothing.
struct Digester::Sha512Algorithm final : Algorithm {
  Sha512Algorithm() { EVP_DigestInit_ex(context.get(), EVP_sha512(), nullptr); }
  void update(ByteView bytes) override {
    EVP_DigestUpdate(context.get(), bytes.data(), bytes.size());
  }
  Digest finish() override {
    std::array<std::uint8_t, 64> hash{};
    EVP_DigestFinal_ex(context.get(), hash.data(), nullptr);
    return Digest::from_bytes(hash);
  }
  struct Free {
    void operator()(EVP_MD_CTX* c) const { EVP_MD_CTX_free(c); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};
};

Digester::Digester(std::string_view algorithm) {
  if (algorithm == "sha512") {
    algorithm_ = std::make_unique<Sha512Algorithm>();
  } else {
    algorithm_ = std::make_unique<Sha256Algorithm>();
  }
}

Digester::~Digester() = default;
Digester::Digester(Digester&&) noexcept = default;
Digester& Digester::operator=(Digester&&) noexcept = default;

void Digester::update(ByteView bytes) { algorithm_->update(bytes); }

Digest Digester::finish() { return algorithm_->finish(); }

Digest Digester::of(ByteView bytes, const Digest& like) {
  Digester digester(like.algorithm());
  digester.update(bytes);
  return digester.finish();
}

}  // namespace tallyman
