#pragma once
// For tests only: a scripted HTTP/1.1 server on 127.0.0.1, plain or over TLS. The handler is
// called once a request, on the connection's own thread, and may answer properly, send raw bytes,
// or break the connection in a chosen way. Everything received is recorded.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace tallyman::testing_support {

using TestHeaders = std::vector<std::pair<std::string, std::string>>;

struct TestRequest {
  std::string method;
  std::string target;   // path and query as sent
  TestHeaders headers;  // in order, names as sent
  std::string body;
  int connection = 0;  // 0 for the server's first accepted connection, 1 for the next...

  // The first value of that name (any letter case), "" if there is none.
  std::string header(std::string_view name) const;
};

class HttpTestServer;
class TestSocket;

// What a handler does with the connection its request came on. Unless it is closed or reset, the
// connection then serves the next request.
class TestConnection {
 public:
  TestConnection(HttpTestServer& server, TestSocket& socket, bool head_only)
      : server_(server), socket_(socket), head_only_(head_only) {}

  // A whole response; adds Content-Length unless `headers` frames the body already, and leaves
  // the body out for HEAD.
  void respond(int status, const TestHeaders& headers = {}, std::string_view body = {});
  // Bytes as they are; false once the peer is gone.
  bool send(std::string_view raw);
  // Ends the connection in order (FIN, and close_notify under TLS).
  void close();
  // Ends the connection with a TCP reset.
  void reset();
  // Blocks until HttpTestServer::release() or the server's end.
  void wait_for_release();

 private:
  HttpTestServer& server_;
  TestSocket& socket_;
  bool head_only_;
};

class HttpTestServer {
 public:
  enum class Scheme : std::uint8_t { http, https };
  using Handler = std::function<void(const TestRequest&, TestConnection&)>;

  // Listens at once on a free port. Handlers of several connections run at the same time. As
  // real servers do, the plain one answers 400 in plain text to a client that speaks TLS.
  explicit HttpTestServer(Handler handler, Scheme scheme = Scheme::http);
  // Cuts every connection, releases waiting handlers, joins all threads.
  ~HttpTestServer();
  HttpTestServer(const HttpTestServer&) = delete;
  HttpTestServer& operator=(const HttpTestServer&) = delete;

  std::uint16_t port() const { return port_; }
  // "127.0.0.1:PORT"
  std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
  // "http://127.0.0.1:PORT" + target
  std::string url(std::string_view target = "/") const;
  // The certificate authority of the https scheme, PEM; the server's own certificate is for
  // 127.0.0.1 and localhost.
  const std::string& ca_pem() const { return ca_pem_; }

  // Copies of the requests so far, in order of arrival.
  std::vector<TestRequest> requests() const;
  // Connections accepted so far.
  int accepted() const { return accepted_; }
  // Lets every waiting handler go on, now and from now on.
  void release();

 private:
  friend class TestConnection;
  void accept_loop();
  void serve(TestSocket& socket, int number);

  Handler handler_;
  std::string ca_pem_;
  struct TlsContext;
  std::unique_ptr<TlsContext> tls_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> accepted_ = 0;

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable released_changed_;
  bool released_ = false;
  bool stopping_ = false;
  std::vector<TestRequest> requests_;
  std::vector<std::unique_ptr<TestSocket>> sockets_;
  std::vector<std::thread> workers_;
  std::thread acceptor_;
};

// A port of 127.0.0.1 where connections succeed and nothing is ever answered.
class SilentPort {
 public:
  SilentPort();
  ~SilentPort();
  SilentPort(const SilentPort&) = delete;
  SilentPort& operator=(const SilentPort&) = delete;
  std::uint16_t number() const { return number_; }

 private:
  int listener_ = -1;
  std::uint16_t number_ = 0;
};

// A port of 127.0.0.1 that was free a moment ago: connecting to it is refused.
std::uint16_t closed_port();

}  // namespace tallyman::testing_support
