#pragma once
// One HTTP exchange over libcurl: request out, headers in, body as a pulled stream. Redirects are
// never followed here (the registry client decides hop by hop), nothing is decompressed, and
// every host that a server named is checked at socket-open time.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/environment.h"
#include "base/reader.h"
#include "base/result.h"
#include "base/secret.h"

namespace tallyman {

struct TlsOptions {
  bool verify = true;   // certificate and host name
  std::string ca_file;  // PEM, instead of the system's; empty: the system's
  bool operator==(const TlsOptions&) const = default;
};

// Who chose the host of a request.
enum class AddressRule : std::uint8_t {
  user_named,    // the user: any address, private and loopback included
  server_named,  // a server (realm, redirect, Link, foreign URL): public addresses only
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;  // http:// or https:// only
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<Secret> authorization;  // value of the Authorization header
  // Sent as a form unless `headers` has a Content-Type. May hold a secret: the client wipes its
  // own copy after sending.
  std::string body;
  TlsOptions tls;
  AddressRule address = AddressRule::server_named;
  std::string user_agent;
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds first_byte_timeout{30'000};
  std::chrono::milliseconds stall_timeout{30'000};  // below 1 KiB/s for this long
  std::chrono::milliseconds total_timeout{0};       // 0: none
};

class HttpHeaders {
 public:
  void add(std::string name, std::string value);
  // The first value of that name (any letter case); nullopt if there is none.
  std::optional<std::string_view> get(std::string_view name) const;
  // Every value of that name, in order.
  std::vector<std::string_view> get_all(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

struct HttpResponse {
  int status = 0;
  HttpHeaders headers;
  // The body as it comes over the wire. The connection is held until the body is read to its end
  // or destroyed, which must happen before the client goes; any one thread at a time may do so.
  // A body that ends before its Content-Length is an error (unavailable, "http.truncated"), not
  // an end; the other errors are those of HttpClient::send.
  std::unique_ptr<Reader> body;
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;

  // Sends and returns once the final response's headers are in. Any status is a success here.
  // Errors: unavailable "http.dns", "http.refused", "http.connection" (reset, unexpected end),
  // "http.tls"; denied "http.tls_untrusted" (certificate: hint names --ca-file and
  // --secure-connection=false) and "http.address_refused"; timeout "http.timeout";
  // too_large "http.headers_too_large"; invalid "http.url", "http.header" (a name or value that
  // cannot be sent) and "http.ca_file" (unreadable). Contexts name the host, never a query
  // string or a header value. Thread-safe; connections are pooled.
  virtual Result<HttpResponse> send(const HttpRequest& request) = 0;
};

// The real thing. Honours HTTPS_PROXY, http_proxy, ALL_PROXY and NO_PROXY of `environment` as curl
// does; a server_named request that goes through a proxy leaves the address check to the proxy.
std::unique_ptr<HttpClient> make_http_client(
    const Environment& environment = Environment::from_process());

}  // namespace tallyman
