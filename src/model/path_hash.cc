#include "model/path_hash.h"

#include <sodium.h>

#include <algorithm>

#include "base/encoding.h"

namespace tallyman {

static_assert(crypto_shorthash_siphashx24_KEYBYTES == 16);
static_assert(crypto_shorthash_siphashx24_BYTES == 16);

PathHasher::PathHasher(const Digest& layer_blob) {
  Bytes hash = hex_decode(layer_blob.hex()).value_or(Bytes());
  std::copy_n(hash.begin(), std::min(hash.size(), key_.size()), key_.begin());
}

PathHash PathHasher::operator()(std::string_view path) const {
  PathHash hash;
  ByteView bytes = as_bytes(path);
  crypto_shorthash_siphashx24(hash.bytes.data(), bytes.data(), bytes.size(), key_.data());
  return hash;
}

}  // namespace tallyman
