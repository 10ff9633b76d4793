#pragma once
// One request over libcurl, driven by whoever waits for it: send() drives it until the head is
// in, read() until there is a byte of the body. Between calls nothing runs, so what the reader
// does not take stays in the kernel and the peer slows down.

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>

#include "base/reader.h"
#include "http/body_buffer.h"
#include "http/client.h"
#include "http/curl_pool.h"
#include "http/deadlines.h"
#include "http/request_headers.h"
#include "http/response_head.h"
#include "http/url.h"

namespace tallyman {

class Transfer final : public Reader {
 public:
  // `proxy` as proxy_for() gives it. The pool must outlive the transfer.
  Transfer(CurlPool& pool, const HttpRequest& request, Url url, std::string proxy);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  // Gives the connection back; when the body was not read to its end, only if little is missing.
  ~Transfer() override;

  // Sends the request and returns when the head of the final response is in.
  Result<void> send(const HttpRequest& request);
  // REQUIRES: send() succeeded.
  ResponseHead& head() { return head_; }
  // The body, each byte copied once.
  Result<std::size_t> read(ByteSpan into) override;

  // Called by libcurl, through functions of C linkage. The two that take bytes return how many
  // they took; allows() decides on a resolved address.
  std::size_t on_header(std::string_view line);
  std::size_t on_body(ByteView bytes);
  bool allows(const sockaddr& address);

 private:
  Result<void> configure(const HttpRequest& request);
  bool set_options(const HttpRequest& request);
  bool set_tls_options(const TlsOptions& tls);
  bool set_method(const HttpRequest& request);
  bool set_callbacks();

  void advance();
  void wait();
  void check_deadlines();
  void collect_result();
  Error error_of(int code) const;
  void finish_small_body();
  void release();

  CurlPool& pool_;
  PoolKey key_;
  Url url_;
  std::string proxy_;
  std::string what_;  // for errors: "GET https://host/path"
  std::chrono::milliseconds connect_timeout_;
  RequestHeaders headers_;
  Secret post_body_;
  std::string curl_text_;  // libcurl's error buffer
  std::string refused_address_;

  Deadlines deadlines_;
  ResponseHead head_;
  bool head_too_large_ = false;
  BodyBuffer body_;
  bool paused_ = false;
  std::uint64_t body_bytes_ = 0;     // received so far
  std::uint64_t counted_bytes_ = 0;  // of them, those the deadlines know
  std::uint64_t deliveries_ = 0;     // callbacks so far: tells whether a round did anything

  bool done_ = false;  // by success or error_
  std::optional<Error> error_;
  CurlHandles handles_;  // last: closed first, while all that libcurl points to still lives
};

}  // namespace tallyman
