#pragma once
// For tests only: a throwaway certificate authority and one certificate signed by it.

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace tallyman::testing_support {

struct FreeSslContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

struct TlsIdentity {
  std::string ca_pem;                                // the authority's certificate
  std::unique_ptr<SSL_CTX, FreeSslContext> context;  // a server's, for 127.0.0.1 and localhost
};

// New keys (P-256) at every call, valid for a day around now. Throws std::runtime_error.
TlsIdentity make_tls_identity();

}  // namespace tallyman::testing_support
