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

class KeyRing {
 public:
  // Reads the key file (owner: this user; mode 0600 or stricter, else denied "key.mode").
  // With `create`, makes it when absent. not_found "key.missing" otherwise: "the store was copied
  // without its key".
  static Result<std::unique_ptr<KeyRing>> open(const std::filesystem::path& path, bool create);
  ~KeyRing();

  // Identifies the key without revealing it; stored beside what it wrapped.
  const std::string& key_id() const { return key_id_; }

  // `binding` names tenant, record and field; the same text is needed to open.
  Result<Bytes> seal(const Secret& secret, std::string_view binding) const;
  // corrupt "store.secret_unreadable": another key, other bytes, or another binding.
  Result<Secret> open_sealed(ByteView envelope, std::string_view binding) const;

 private:
  KeyRing(Bytes key, std::string key_id) : key_(std::move(key)), key_id_(std::move(key_id)) {}
  Bytes key_;  // 32 bytes, locked in memory where allowed
  std::string key_id_;
};

}  // namespace tallyman
