// An envelope, byte offsets:
//
//     0   1  version, 1
//     1  16  key id: which key wrapped it
//    17  24  nonce of the wrapped data key
//    41  48  data key (32) sealed by the key-encryption key, tag (16)
//    89  24  nonce of the secret
//   113   n  secret sealed by the data key
//   +n   16  tag
//
// Associated data of both seals: a label (so that one can never stand for the other), the first
// 17 bytes, the binding. XChaCha20-Poly1305 does not commit to its key by itself; the key id,
// derived from the key, is what ties an envelope to one key.
#include "store/envelope.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "store/key_file.h"

namespace tallyman {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kKeyIdSize = 16;
constexpr std::size_t kKeySize = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t kNonceSize = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagSize = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kHeaderSize = 1 + kKeyIdSize;
constexpr std::size_t kWrapOffset = kHeaderSize;
constexpr std::size_t kSecretOffset = kWrapOffset + kNonceSize + kKeySize + kTagSize;
constexpr std::size_t kOverhead = kSecretOffset + kNonceSize + kTagSize;

// What is derived from the key file's key; the numbers are forever.
constexpr std::uint64_t kDeriveKeyId = 1;
constexpr std::uint64_t kDeriveWrappingKey = 2;
constexpr char kDerivation[crypto_kdf_CONTEXTBYTES + 1] = "tallyman";

// A data key on the stack.
struct DataKey {
  std::array<std::uint8_t, kKeySize> bytes{};
  DataKey() = default;
  DataKey(const DataKey&) = delete;
  DataKey& operator=(const DataKey&) = delete;
  ~DataKey() { sodium_memzero(bytes.data(), bytes.size()); }
};

std::string associated_data(std::string_view label, ByteView header, std::string_view binding) {
  std::string data(label);
  data += '\0';
  data += as_text(header);
  data += binding;
  return data;
}

// Writes nonce, ciphertext and tag to `into`, which is exactly that large.
void seal_into(ByteSpan into, ByteView plain, const std::string& associated,
               const std::uint8_t* key) {
  randombytes_buf(into.data(), kNonceSize);
  ByteView bound = as_bytes(associated);
  crypto_aead_xchacha20poly1305_ietf_encrypt(into.data() + kNonceSize, nullptr, plain.data(),
                                             plain.size(), bound.data(), bound.size(), nullptr,
                                             into.data(), key);
}

// The reverse; false when anything differs. `plain` is exactly as large as the plaintext.
bool open_from(ByteView sealed, std::uint8_t* plain, const std::string& associated,
               const std::uint8_t* key) {
  ByteView bound = as_bytes(associated);
  return crypto_aead_xchacha20poly1305_ietf_decrypt(
             plain, nullptr, nullptr, sealed.data() + kNonceSize, sealed.size() - kNonceSize,
             bound.data(), bound.size(), sealed.data(), key) == 0;
}

std::unexpected<Error> unreadable(std::string_view why) {
  return fail(ErrorKind::corrupt, "store.secret_unreadable",
              "opening a stored secret: " + std::string(why),
              "give the password again with 'tallyman registry update'");
}

}  // namespace

Result<std::unique_ptr<KeyRing>> KeyRing::open(const std::filesystem::path& path, bool create) {
  if (sodium_init() < 0) {
    return fail(ErrorKind::internal, "key.no_random", "the system's random generator is missing");
  }
  FileKey file = TRY(read_key_file(path, create));
  Bytes id(kKeyIdSize);
  crypto_kdf_derive_from_key(id.data(), id.size(), kDeriveKeyId, kDerivation, file.bytes.data());
  Bytes key(kKeySize);
  (void)sodium_mlock(key.data(), key.size());  // best effort: RLIMIT_MEMLOCK may be 0
  crypto_kdf_derive_from_key(key.data(), key.size(), kDeriveWrappingKey, kDerivation,
                             file.bytes.data());
  return std::unique_ptr<KeyRing>(new KeyRing(std::move(key), hex_encode(id)));
}

KeyRing::~KeyRing() { sodium_munlock(key_.data(), key_.size()); }  // zeroes first

Result<Bytes> KeyRing::seal(const Secret& secret, std::string_view binding) const {
  if (secret.size() > kMaximumSecret) {
    return fail(ErrorKind::too_large, "store.secret_too_large",
                "sealing a secret of " + std::to_string(secret.size()) + " bytes",
                "a secret has at most 64 KiB");
  }
  Bytes envelope(kOverhead + secret.size());
  ByteSpan all(envelope);
  envelope[0] = kVersion;
  Bytes id = hex_decode(key_id_).value_or(Bytes());
  std::copy(id.begin(), id.end(), envelope.begin() + 1);
  ByteView header = all.first(kHeaderSize);
  DataKey data_key;
  randombytes_buf(data_key.bytes.data(), data_key.bytes.size());
  seal_into(all.subspan(kWrapOffset, kSecretOffset - kWrapOffset), data_key.bytes,
            associated_data("tallyman data key", header, binding), key_.data());
  seal_into(all.subspan(kSecretOffset), as_bytes(secret.reveal()),
            associated_data("tallyman secret", header, binding), data_key.bytes.data());
  return envelope;
}

Result<Secret> KeyRing::open_sealed(ByteView envelope, std::string_view binding) const {
  if (envelope.size() < kOverhead || envelope.size() > kOverhead + kMaximumSecret) {
    return unreadable("not the size of an envelope");
  }
  if (envelope[0] != kVersion) return unreadable("an unknown envelope version");
  ByteView header = envelope.first(kHeaderSize);
  if (hex_encode(header.subspan(1)) != key_id_) return unreadable("sealed with another key");
  DataKey data_key;
  if (!open_from(envelope.subspan(kWrapOffset, kSecretOffset - kWrapOffset), data_key.bytes.data(),
                 associated_data("tallyman data key", header, binding), key_.data())) {
    return unreadable("damaged, or moved from another record");
  }
  std::string plain(envelope.size() - kOverhead, '\0');
  bool opened =
      open_from(envelope.subspan(kSecretOffset), reinterpret_cast<std::uint8_t*>(plain.data()),
                associated_data("tallyman secret", header, binding), data_key.bytes.data());
  Secret secret(std::move(plain));
  if (!opened) return unreadable("damaged, or moved from another record");
  return secret;
}

}  // namespace tallyman
