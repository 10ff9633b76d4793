#pragma once
// The header lines of a request as libcurl takes them.

#include "base/result.h"
#include "http/client.h"

struct curl_slist;

namespace tallyman {

class RequestHeaders {
 public:
  RequestHeaders() = default;
  RequestHeaders(const RequestHeaders&) = delete;
  RequestHeaders& operator=(const RequestHeaders&) = delete;
  ~RequestHeaders() { clear(); }

  // Drops every line and overwrites it: one of them may be a credential. REQUIRES: libcurl does
  // not use list() any more.
  void clear();

  // Adds the request's headers and Authorization, and switches off what libcurl would add by
  // itself (Accept, Expect). Kind invalid, code "http.header", if a name is not a token or a
  // value could end its line.
  Result<void> add_all(const HttpRequest& request);

  curl_slist* list() const { return list_; }

 private:
  Result<void> add(std::string_view name, std::string_view value);
  Result<void> append(std::string line);

  curl_slist* list_ = nullptr;
};

}  // namespace tallyman
