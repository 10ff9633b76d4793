#pragma once
// What libcurl reports, as this program's errors.

#include <chrono>
#include <string>

#include "base/result.h"
#include "http/url.h"

namespace tallyman {

// Everything known about a transfer that failed.
struct TransferFailure {
  int code = 0;         // a CURLcode
  std::string request;  // "GET https://host/path", without the query
  Url url;
  std::string detail;  // libcurl's own text; may quote the server
  long os_error = 0;   // an errno of the last connect, or 0
  std::chrono::milliseconds connect_timeout{0};
};

// The error for `failure`; the codes are those of HttpClient::send.
Error transfer_error(const TransferFailure& failure);

// Kind timeout, code "http.timeout": `what` says which time-out it was.
Error timeout_error(const std::string& request, const std::string& what);

}  // namespace tallyman
