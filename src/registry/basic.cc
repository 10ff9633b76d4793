#include "registry/basic.h"

#include "base/encoding.h"

namespace tallyman {

Secret basic_authorization(const std::string& user, const Secret& password) {
  std::string pair = user + ":";
  pair.append(password.reveal());
  std::string encoded = base64_encode(as_bytes(pair));
  std::string value = "Basic " + encoded;
  Secret::wipe(pair);
  Secret::wipe(encoded);
  return Secret(std::move(value));
}

}  // namespace tallyman
