#pragma once
// Secrets at rest: a random data key per secret, wrapped by the key-encryption key of the key
// file; XChaCha20-Poly1305 both times (libsodium), bound to what the secret belongs to.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"

namespace tallyman {

// The longest secret that is kept, in bytes.
inline constexpr std::size_t kMaximumSecret = 64 << 10;

class KeyRing {
 public:
  // Reads the key file. With `create`, makes it (mode 0600) when absent; of several processes
  // that do so at once, one makes it and all read the same. Errors: not_found "key.missing",
  // denied "key.mode" (readable by others) and "key.owner" (not this user's), corrupt
  // "key.malformed", those of file_error.
  static Result<std::unique_ptr<KeyRing>> open(const std::filesystem::path& path, bool create);
  ~KeyRing();
  KeyRing(const KeyRing&) = delete;
  KeyRing& operator=(const KeyRing&) = delete;

  // Identifies the key without revealing it (32 hexadecimal characters); stored beside what it
  // wrapped.
  const std::string& key_id() const { return key_id_; }

  // `binding` names tenant, record and field; the same text is needed to open. too_large
  // "store.secret_too_large" beyond kMaximumSecret.
  Result<Bytes> seal(const Secret& secret, std::string_view binding) const;
  // corrupt "store.secret_unreadable": another key, other bytes, or another binding.
  Result<Secret> open_sealed(ByteView envelope, std::string_view binding) const;

 private:
  KeyRing(Bytes key, std::string key_id) : key_(std::move(key)), key_id_(std::move(key_id)) {}

  Bytes key_;  // 32 bytes, locked in memory where allowed, zeroed at the end
  std::string key_id_;
};

}  // namespace tallyman
