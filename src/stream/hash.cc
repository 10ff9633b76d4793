#include "stream/hash.h"

#include <openssl/evp.h>

#include <new>
#include <stdexcept>

namespace tallyman {
namespace {

// EVP fails only when memory is short or the library has no SHA-256 at all.
void require(int ok) {
  if (ok != 1) throw std::runtime_error("OpenSSL cannot compute SHA-256");
}

// Fetched once: EVP_sha256() would make OpenSSL 3 search its providers, under a lock, for each
// hash.
const EVP_MD* sha256() {
  static const EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return kAlgorithm;
}

}  // namespace

struct Sha256::Context {
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> evp{EVP_MD_CTX_new()};
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  if (context_->evp == nullptr) throw std::bad_alloc();
  require(EVP_DigestInit_ex2(context_->evp.get(), sha256(), nullptr));
}

Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(ByteView bytes) {
  require(EVP_DigestUpdate(context_->evp.get(), bytes.data(), bytes.size()));
}

std::array<std::uint8_t, 32> Sha256::finish() {
  std::array<std::uint8_t, 32> hash{};
  require(EVP_DigestFinal_ex(context_->evp.get(), hash.data(), nullptr));
  return hash;
}

std::array<std::uint8_t, 32> Sha256::of(ByteView bytes) {
  std::array<std::uint8_t, 32> hash{};
  require(EVP_Digest(bytes.data(), bytes.size(), hash.data(), nullptr, sha256(), nullptr));
  return hash;
}

Result<ByteView> HashingSource::next() {
  ByteView chunk = TRY(source_.next());
  hash_.update(chunk);
  bytes_ += chunk.size();
  return chunk;
}

Result<std::size_t> HashingReader::read(ByteSpan into) {
  std::size_t count = TRY(source_.read(into));
  hash_.update(into.first(count));
  bytes_ += count;
  return count;
}

}  // namespace tallyman
