#pragma once
// Collects a response's status line and header fields, line by line as they arrive.

#include <string>
#include <string_view>

#include "http/client.h"

namespace tallyman {

class ResponseHead {
 public:
  // More than this in all lines together, interim responses and trailers included, is refused.
  static constexpr std::size_t kMaxBytes = 256 * 1024;

  // Takes the next line with its line end: a status line begins a new response (of interim ones,
  // 1xx, nothing is kept), an empty line ends the head. Lines after the final head (trailers)
  // are counted and dropped. False once kMaxBytes are crossed.
  bool add_line(std::string_view line);

  // True once the head of a final response (status 200 and above) has ended.
  bool complete() const { return complete_; }
  int status() const { return status_; }
  // REQUIRES complete().
  HttpHeaders take_headers() { return std::move(headers_); }

 private:
  void begin(std::string_view status_line);
  void flush_field();

  std::size_t bytes_ = 0;
  int status_ = 0;
  bool in_head_ = false;
  bool complete_ = false;
  std::string field_;  // the last line: the next one may continue it
  HttpHeaders headers_;
};

}  // namespace tallyman
