#include "http/transfer.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/text.h"
#include "http/address.h"
#include "http/transfer_error.h"

namespace tallyman {
namespace {

using SteadyClock = std::chrono::steady_clock;

// What a transfer that nobody reads any more may still cost to keep its connection.
constexpr std::uint64_t kMaxDiscarded = 64 * 1024;
constexpr std::chrono::milliseconds kMaxDiscardTime{50};

std::string address_text(const sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
  } else {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
  }
  return text.data();
}

}  // namespace

Transfer::Transfer(CurlPool& pool, const HttpRequest& request, Url url, std::string proxy)
    : pool_(pool),
      key_{request.address, request.tls, url.origin()},
      url_(std::move(url)),
      proxy_(std::move(proxy)),
      what_(printable(request.method) + " " + url_.redacted()),
      connect_timeout_(request.connect_timeout),
      post_body_(request.body),
      deadlines_(request, SteadyClock::now()) {}

Transfer::~Transfer() {
  if (!handles_) return;
  if (!done_ && head_.complete()) finish_small_body();
  release();
}

Result<void> Transfer::send(const HttpRequest& request) {
  TRY(configure(request));
  while (!done_ && !head_.complete()) advance();
  if (head_.complete()) {
    deadlines_.head_received();
    return {};
  }
  if (error_) return std::unexpected(*error_);
  return fail(ErrorKind::unavailable, "http.connection", what_ + ": no complete response");
}

Result<void> Transfer::configure(const HttpRequest& request) {
  if (Result<void> added = headers_.add_all(request); !added) {
    return std::unexpected(with_context(added.error(), what_));
  }
  handles_ = pool_.take(key_);
  if (!handles_ || !set_options(request) ||
      curl_multi_add_handle(handles_.multi.get(), handles_.easy.get()) != CURLM_OK) {
    return fail(ErrorKind::internal, "http.internal", what_ + ": libcurl cannot be set up");
  }
  return {};
}

Result<std::size_t> Transfer::read(ByteSpan into) {
  if (into.empty()) return 0;
  if (std::size_t held = body_.drain(into); held > 0) return held;
  if (!done_) {
    body_.lend(into);
    if (std::exchange(paused_, false)) curl_easy_pause(handles_.easy.get(), CURLPAUSE_CONT);
    while (!done_ && body_.filled() == 0) advance();
    if (std::size_t filled = body_.take_back(); filled > 0) return filled;
  }
  if (error_) return std::unexpected(*error_);
  return 0;
}

// One round: libcurl does what it can without blocking; if that was nothing, wait.
void Transfer::advance() {
  const std::uint64_t before = deliveries_;
  int running = 0;
  CURLMcode code = curl_multi_perform(handles_.multi.get(), &running);
  if (code != CURLM_OK) {
    error_ =
        Error{ErrorKind::internal, "http.internal", what_ + ": " + curl_multi_strerror(code), {}};
    done_ = true;
    return;
  }
  if (running == 0) return collect_result();
  if (deliveries_ == before) wait();
  check_deadlines();
}

void Transfer::wait() {
  const auto start = SteadyClock::now();
  curl_off_t ready = 0;  // microseconds until the request could be sent; 0 before
  curl_easy_getinfo(handles_.easy.get(), CURLINFO_PRETRANSFER_TIME_T, &ready);
  if (ready > 0) deadlines_.request_sent(start);
  const auto longest = static_cast<int>(deadlines_.until_next(start).count());
  curl_multi_poll(handles_.multi.get(), nullptr, 0, longest, nullptr);
  deadlines_.waited(SteadyClock::now() - start, body_bytes_ - counted_bytes_);
  counted_bytes_ = body_bytes_;
}

void Transfer::check_deadlines() {
  if (std::optional<std::string> passed = deadlines_.passed(SteadyClock::now())) {
    error_ = timeout_error(what_, *passed);
    done_ = true;
    release();
  }
}

void Transfer::collect_result() {
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(handles_.multi.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    if (message->data.result != CURLE_OK) error_ = error_of(message->data.result);
  }
  done_ = true;
  release();
}

Error Transfer::error_of(int code) const {
  // Out of memory is what libcurl says of one header line beyond 100 KiB.
  if (head_too_large_ || code == CURLE_OUT_OF_MEMORY) {
    return {ErrorKind::too_large,
            "http.headers_too_large",
            fmt::format("{}: response headers of more than {} KiB, or one of more than 100 KiB",
                        what_, ResponseHead::kMaxBytes / 1024),
            {}};
  }
  if (code == CURLE_COULDNT_CONNECT && !refused_address_.empty()) {
    return {ErrorKind::denied, "http.address_refused",
            fmt::format("{}: {} has the address {}, which is not public", what_, url_.host,
                        refused_address_),
            "only hosts that you name yourself may have such an address; this one was named by "
            "the registry"};
  }
  TransferFailure failure{.code = code,
                          .request = what_,
                          .url = url_,
                          .detail = curl_text_.c_str(),
                          .connect_timeout = connect_timeout_};
  curl_easy_getinfo(handles_.easy.get(), CURLINFO_OS_ERRNO, &failure.os_error);
  return transfer_error(failure);
}

// Reads what little is missing, so that the connection can serve another request: an error
// document or the text of a redirect is rarely read.
void Transfer::finish_small_body() {
  curl_off_t length = -1;
  curl_easy_getinfo(handles_.easy.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  const std::uint64_t stop = body_bytes_ + kMaxDiscarded;
  if (length >= 0 && static_cast<std::uint64_t>(length) > stop) return;
  body_.discard();
  if (std::exchange(paused_, false)) curl_easy_pause(handles_.easy.get(), CURLPAUSE_CONT);
  const auto end = SteadyClock::now() + kMaxDiscardTime;
  int running = 1;
  while (body_bytes_ < stop && SteadyClock::now() < end) {
    if (curl_multi_perform(handles_.multi.get(), &running) != CURLM_OK || running == 0) return;
    curl_multi_poll(handles_.multi.get(), nullptr, 0, 5, nullptr);
  }
}

// libcurl closes the connection by itself when the response was not complete. Nothing points to
// the request's secrets any more: they go too.
void Transfer::release() {
  if (curl_multi_remove_handle(handles_.multi.get(), handles_.easy.get()) == CURLM_OK) {
    curl_easy_reset(handles_.easy.get());
    pool_.give(std::move(key_), std::move(handles_));
  }
  handles_ = {};
  headers_.clear();
  post_body_ = Secret();
}

std::size_t Transfer::on_header(std::string_view line) {
  ++deliveries_;
  head_too_large_ = !head_.add_line(line);
  return head_too_large_ ? 0 : line.size();
}

std::size_t Transfer::on_body(ByteView bytes) {
  if (!body_.accept(bytes)) {
    paused_ = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  ++deliveries_;
  body_bytes_ += bytes.size();
  return bytes.size();
}

bool Transfer::allows(const sockaddr& address) {
  // With a proxy the address is the proxy's, which the user chose.
  if (key_.address == AddressRule::user_named || !proxy_.empty()) return true;
  if (is_public_address(address)) return true;
  refused_address_ = address_text(address);
  return false;
}

}  // namespace tallyman
