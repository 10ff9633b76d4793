#include "support/http_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <tuple>

#include "support/tls_identity.h"

namespace tallyman::testing_support {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// A socket bound to a free port of 127.0.0.1, and that port.
std::pair<int, std::uint16_t> bind_loopback() {
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  if (fd < 0 || ::bind(fd, reinterpret_cast<sockaddr*>(&address), length) != 0 ||
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    throw std::runtime_error("test server: cannot bind to 127.0.0.1");
  }
  return {fd, ntohs(address.sin_port)};
}

std::size_t parse_size(std::string_view text, int base) {
  std::size_t size = 0;
  std::from_chars(text.data(), text.data() + text.size(), size, base);
  return size;
}

// Writing to a connection that the client has left must not end the test process.
void block_sigpipe() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

struct HttpTestServer::TlsContext {
  TlsIdentity identity;
};

// One accepted connection: plain or TLS bytes, with what was read ahead.
class TestSocket {
 public:
  TestSocket(int fd, SSL_CTX* tls) : fd_(fd), tls_(tls) {}
  ~TestSocket() {
    if (ssl_ != nullptr) SSL_free(ssl_);
    if (fd_ >= 0) ::close(fd_);
  }
  TestSocket(const TestSocket&) = delete;
  TestSocket& operator=(const TestSocket&) = delete;

  bool handshake() {
    if (tls_ == nullptr) return true;
    ssl_ = SSL_new(tls_);
    SSL_set_fd(ssl_, fd_);
    return SSL_accept(ssl_) == 1;
  }

  // True if the first byte of a plain connection is that of a TLS handshake.
  bool hears_tls() { return tls_ == nullptr && (!ahead_.empty() || fill()) && ahead_[0] == '\x16'; }

  bool open() const { return open_; }

  bool write(std::string_view bytes) {
    while (open_ && !bytes.empty()) {
      ssize_t put = ssl_ != nullptr ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                                    : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (put <= 0) {
        open_ = false;
        break;
      }
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return open_;
  }

  // Up to and without `end`; nullopt when the peer ends first.
  std::optional<std::string> read_until(std::string_view end) {
    std::size_t at = 0;
    while ((at = ahead_.find(end)) == std::string::npos) {
      if (!fill()) return std::nullopt;
    }
    std::string text = ahead_.substr(0, at);
    ahead_.erase(0, at + end.size());
    return text;
  }

  std::optional<std::string> read_exactly(std::size_t size) {
    while (ahead_.size() < size) {
      if (!fill()) return std::nullopt;
    }
    std::string text = ahead_.substr(0, size);
    ahead_.erase(0, size);
    return text;
  }

  void close() {
    if (ssl_ != nullptr && open_) SSL_shutdown(ssl_);
    open_ = false;
    ::shutdown(fd_, SHUT_RDWR);
  }

  // Closing with SO_LINGER and no time sends RST. A blank socket takes the descriptor's place
  // until the destructor, so that cut() from another thread never hits a stranger's descriptor.
  void reset() {
    open_ = false;
    linger hard{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    int placeholder = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::dup3(placeholder, fd_, O_CLOEXEC);
    ::close(placeholder);
  }

  // From another thread: wakes a blocked read or write.
  void cut() const { ::shutdown(fd_, SHUT_RDWR); }

 private:
  bool fill() {
    if (!open_) return false;
    char buffer[16384];
    ssize_t got = ssl_ != nullptr ? SSL_read(ssl_, buffer, sizeof buffer)
                                  : ::recv(fd_, buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    ahead_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }

  int fd_;
  SSL_CTX* tls_;
  SSL* ssl_ = nullptr;
  bool open_ = true;
  std::string ahead_;
};

namespace {

std::optional<std::string> read_chunked(TestSocket& socket) {
  std::string body;
  while (true) {
    std::optional<std::string> line = socket.read_until("\r\n");
    if (!line) return std::nullopt;
    std::size_t size = parse_size(*line, 16);
    std::optional<std::string> chunk = socket.read_exactly(size + 2);
    if (!chunk) return std::nullopt;
    if (size == 0) return body;
    body.append(*chunk, 0, size);
  }
}

std::optional<TestRequest> read_request(TestSocket& socket) {
  std::optional<std::string> line = socket.read_until("\r\n");
  if (!line) return std::nullopt;
  TestRequest request;
  std::size_t first = line->find(' ');
  std::size_t last = line->rfind(' ');
  if (first == std::string::npos || first == last) return std::nullopt;
  request.method = line->substr(0, first);
  request.target = line->substr(first + 1, last - first - 1);
  while (true) {
    line = socket.read_until("\r\n");
    if (!line) return std::nullopt;
    if (line->empty()) break;
    std::size_t colon = std::min(line->find(':'), line->size());
    std::size_t value = line->find_first_not_of(" :", colon);
    request.headers.emplace_back(line->substr(0, colon),
                                 value == std::string::npos ? "" : line->substr(value));
  }
  if (same_name(request.header("Expect"), "100-continue")) {
    socket.write("HTTP/1.1 100 Continue\r\n\r\n");
  }
  std::optional<std::string> body =
      same_name(request.header("Transfer-Encoding"), "chunked")
          ? read_chunked(socket)
          : socket.read_exactly(parse_size(request.header("Content-Length"), 10));
  if (!body) return std::nullopt;
  request.body = *std::move(body);
  return request;
}

}  // namespace

std::string TestRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (same_name(key, name)) return value;
  }
  return {};
}

void TestConnection::respond(int status, const TestHeaders& headers, std::string_view body) {
  std::string head = "HTTP/1.1 " + std::to_string(status) + " Scripted\r\n";
  bool framed = status == 204 || status == 304;
  for (const auto& [name, value] : headers) {
    head.append(name).append(": ").append(value).append("\r\n");
    framed |= same_name(name, "Content-Length") || same_name(name, "Transfer-Encoding");
  }
  if (!framed) head += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  head += "\r\n";
  if (!head_only_) head += body;
  socket_.write(head);
}

bool TestConnection::send(std::string_view raw) { return socket_.write(raw); }
void TestConnection::close() { socket_.close(); }
void TestConnection::reset() { socket_.reset(); }

void TestConnection::wait_for_release() {
  std::unique_lock lock(server_.mutex_);
  server_.released_changed_.wait(lock, [&] { return server_.released_ || server_.stopping_; });
}

HttpTestServer::HttpTestServer(Handler handler, Scheme scheme) : handler_(std::move(handler)) {
  if (scheme == Scheme::https) {
    tls_ = std::make_unique<TlsContext>(make_tls_identity());
    ca_pem_ = tls_->identity.ca_pem;
  }
  std::tie(listener_, port_) = bind_loopback();
  if (::listen(listener_, 64) != 0) throw std::runtime_error("test server: cannot listen");
  acceptor_ = std::thread([this] { accept_loop(); });
}

HttpTestServer::~HttpTestServer() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    released_changed_.notify_all();
    for (const auto& socket : sockets_) socket->cut();
  }
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (std::thread& worker : workers_) worker.join();
  ::close(listener_);
}

std::string HttpTestServer::url(std::string_view target) const {
  return (tls_ ? "https://" : "http://") + host() + std::string(target);
}

std::vector<TestRequest> HttpTestServer::requests() const {
  std::lock_guard lock(mutex_);
  return requests_;
}

void HttpTestServer::release() {
  std::lock_guard lock(mutex_);
  released_ = true;
  released_changed_.notify_all();
}

void HttpTestServer::accept_loop() {
  block_sigpipe();
  while (true) {
    int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    std::lock_guard lock(mutex_);
    auto socket = std::make_unique<TestSocket>(fd, tls_ ? tls_->identity.context.get() : nullptr);
    if (stopping_) return;
    int number = accepted_++;
    workers_.emplace_back([this, number, &socket = *socket] { serve(socket, number); });
    sockets_.push_back(std::move(socket));
  }
}

void HttpTestServer::serve(TestSocket& socket, int number) {
  if (!socket.handshake()) return socket.close();
  if (socket.hears_tls()) {
    socket.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    return socket.close();
  }
  while (socket.open()) {
    std::optional<TestRequest> request = read_request(socket);
    if (!request) break;
    request->connection = number;
    {
      std::lock_guard lock(mutex_);
      requests_.push_back(*request);
    }
    TestConnection connection(*this, socket, request->method == "HEAD");
    handler_(*request, connection);
  }
  if (socket.open()) socket.close();
}

SilentPort::SilentPort() {
  std::tie(listener_, number_) = bind_loopback();
  ::listen(listener_, 64);
}

SilentPort::~SilentPort() { ::close(listener_); }

std::uint16_t closed_port() {
  auto [fd, port] = bind_loopback();
  ::close(fd);
  return port;
}

}  // namespace tallyman::testing_support
