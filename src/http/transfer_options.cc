// The half of Transfer that turns a request into libcurl options.

#include <curl/curl.h>
#include <unistd.h>

#include "http/transfer.h"

namespace tallyman {
namespace {

constexpr long kReadSize = 512 * 1024;  // the largest libcurl allows

extern "C" {

std::size_t tallyman_on_header(char* line, std::size_t, std::size_t size, void* self) {
  return static_cast<Transfer*>(self)->on_header({line, size});
}

std::size_t tallyman_on_body(char* bytes, std::size_t, std::size_t size, void* self) {
  return static_cast<Transfer*>(self)->on_body(as_bytes({bytes, size}));
}

curl_socket_t tallyman_open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  if (!static_cast<Transfer*>(self)->allows(address->addr)) return CURL_SOCKET_BAD;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

}  // extern "C"

}  // namespace

bool Transfer::set_options(const HttpRequest& request) {
  CURL* easy = handles_.easy.get();
  auto set = [&](CURLoption option, auto value) {
    return curl_easy_setopt(easy, option, value) == CURLE_OK;
  };
  return set(CURLOPT_URL, url_.text().c_str()) && set(CURLOPT_PROTOCOLS_STR, "http,https") &&
         set(CURLOPT_PATH_AS_IS, 1L) && set(CURLOPT_NOSIGNAL, 1L) &&
         set(CURLOPT_BUFFERSIZE, kReadSize) && set(CURLOPT_HTTP_CONTENT_DECODING, 0L) &&
         // One stream a connection: HTTP/2 would only add its framing.
         set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1)) &&
         set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect_timeout_.count())) &&
         // Empty texts, not null: libcurl then leaves the environment alone.
         set(CURLOPT_PROXY, proxy_.c_str()) && set(CURLOPT_NOPROXY, "") &&
         set(CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE)) &&
         set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) &&
         (request.user_agent.empty() || set(CURLOPT_USERAGENT, request.user_agent.c_str())) &&
         set(CURLOPT_HTTPHEADER, headers_.list()) && set_tls_options(request.tls) &&
         set_method(request) && set_callbacks();
}

bool Transfer::set_tls_options(const TlsOptions& tls) {
  CURL* easy = handles_.easy.get();
  auto set = [&](CURLoption option, auto value) {
    return curl_easy_setopt(easy, option, value) == CURLE_OK;
  };
  // Without a folder of certificates libcurl parses the bundle once a multi handle, not once a
  // connection; with ca_file the system's folder would still be trusted.
  return set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2)) &&
         set(CURLOPT_SSL_VERIFYPEER, tls.verify ? 1L : 0L) &&
         set(CURLOPT_SSL_VERIFYHOST, tls.verify ? 2L : 0L) &&
         set(CURLOPT_CAPATH, static_cast<const char*>(nullptr)) &&
         (tls.ca_file.empty() || set(CURLOPT_CAINFO, tls.ca_file.c_str()));
}

bool Transfer::set_method(const HttpRequest& request) {
  CURL* easy = handles_.easy.get();
  auto set = [&](CURLoption option, auto value) {
    return curl_easy_setopt(easy, option, value) == CURLE_OK;
  };
  if (request.method == "HEAD") return set(CURLOPT_NOBODY, 1L);
  if (request.method == "GET" && post_body_.empty()) return set(CURLOPT_HTTPGET, 1L);
  const bool sends_body = request.method == "POST" || !post_body_.empty();
  return (!sends_body ||
          (set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(post_body_.size())) &&
           set(CURLOPT_POSTFIELDS, post_body_.reveal().data()))) &&
         (request.method == "POST" || set(CURLOPT_CUSTOMREQUEST, request.method.c_str()));
}

bool Transfer::set_callbacks() {
  CURL* easy = handles_.easy.get();
  auto set = [&](CURLoption option, auto value) {
    return curl_easy_setopt(easy, option, value) == CURLE_OK;
  };
  curl_text_.resize(CURL_ERROR_SIZE);
  return set(CURLOPT_ERRORBUFFER, curl_text_.data()) && set(CURLOPT_HEADERDATA, this) &&
         set(CURLOPT_HEADERFUNCTION, &tallyman_on_header) && set(CURLOPT_WRITEDATA, this) &&
         set(CURLOPT_WRITEFUNCTION, &tallyman_on_body) && set(CURLOPT_OPENSOCKETDATA, this) &&
         set(CURLOPT_OPENSOCKETFUNCTION, &tallyman_open_socket);
}

}  // namespace tallyman
