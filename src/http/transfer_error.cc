#include "http/transfer_error.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <system_error>

#include "base/text.h"

namespace tallyman {
namespace {

constexpr std::string_view kProxyHint =
    "check the variables HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY";

// libcurl's text where it has one, else its name for the code.
std::string detail_of(const TransferFailure& failure) {
  if (!failure.detail.empty()) return printable(trim(failure.detail));
  return curl_easy_strerror(static_cast<CURLcode>(failure.code));
}

Error refused(const TransferFailure& failure) {
  std::string reason = failure.os_error != 0
                           ? std::generic_category().message(static_cast<int>(failure.os_error))
                           : detail_of(failure);
  return {ErrorKind::unavailable, "http.refused",
          fmt::format("{}: cannot connect to {} port {}: {}", failure.request, failure.url.host,
                      failure.url.port, reason),
          failure.url.scheme == "https"
              ? "is the registry running, and the port right? for one that "
                "speaks plain HTTP use --plain-http"
              : "is the registry running, and the port right?"};
}

Error untrusted(const TransferFailure& failure) {
  return {ErrorKind::denied, "http.tls_untrusted",
          fmt::format("{}: the certificate of {} is not trusted: {}", failure.request,
                      failure.url.host, detail_of(failure)),
          "for a registry with its own certificate authority give that with --ca-file; "
          "what switches the check off is --insecure-skip-tls-verify for a scan and "
          "--secure-connection=false for a stored registry"};
}

// A wrong signature in the chain (an authority that was made anew under its old name) comes as
// OpenSSL's first complaint, which is not about TLS but about the signature.
bool is_bad_signature(const std::string& detail) {
  for (const char* library : {"asn1 encoding routines", "rsa routines", "x509 certificate"}) {
    if (detail.find(library) != std::string::npos) return true;
  }
  return false;
}

Error tls(const TransferFailure& failure) {
  if (is_bad_signature(failure.detail)) return untrusted(failure);
  return {ErrorKind::unavailable, "http.tls",
          fmt::format("{}: TLS failed: {}", failure.request, detail_of(failure)),
          "if the registry speaks plain HTTP, use --plain-http"};
}

Error connection(const TransferFailure& failure) {
  return {ErrorKind::unavailable, "http.connection",
          fmt::format("{}: the connection failed: {}", failure.request, detail_of(failure)),
          "try again; a proxy or firewall on the way may have cut it"};
}

}  // namespace

Error transfer_error(const TransferFailure& failure) {
  const std::string& request = failure.request;
  switch (failure.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return {ErrorKind::unavailable, "http.dns",
              request + ": cannot resolve the host name " + failure.url.host,
              "check the registry's name and this machine's DNS"};
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {ErrorKind::unavailable, "http.dns", request + ": cannot resolve the proxy's name",
              std::string(kProxyHint)};
    case CURLE_COULDNT_CONNECT:
      return refused(failure);
    case CURLE_PROXY:
      return {ErrorKind::unavailable, "http.connection",
              request + ": the proxy failed: " + detail_of(failure), std::string(kProxyHint)};
    case CURLE_OPERATION_TIMEDOUT:  // libcurl runs the connect time-out only
      return timeout_error(request, fmt::format("no connection to {} within {} ms",
                                                failure.url.host, failure.connect_timeout.count()));
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return untrusted(failure);
    case CURLE_SSL_CACERT_BADFILE:
      return {ErrorKind::invalid, "http.ca_file", request + ": " + detail_of(failure),
              "the file given with --ca-file must hold certificates in PEM form"};
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CERTPROBLEM:
      return tls(failure);
    case CURLE_PARTIAL_FILE:
      return {ErrorKind::unavailable, "http.truncated",
              request + ": the response ended before its announced length", "try again"};
    case CURLE_FAILED_INIT:
    case CURLE_BAD_FUNCTION_ARGUMENT:
    case CURLE_UNKNOWN_OPTION:
      return {ErrorKind::internal, "http.internal", request + ": " + detail_of(failure), {}};
    default:
      return connection(failure);
  }
}

Error timeout_error(const std::string& request, const std::string& what) {
  return {ErrorKind::timeout, "http.timeout", request + ": " + what,
          "the registry or the network is slow; try again"};
}

}  // namespace tallyman
