#include "http/client.h"

#include "http/curl_pool.h"
#include "http/proxy.h"
#include "http/transfer.h"
#include "http/url.h"

namespace tallyman {
namespace {

class CurlClient final : public HttpClient {
 public:
  explicit CurlClient(Environment environment) : environment_(std::move(environment)) {}

  Result<HttpResponse> send(const HttpRequest& request) override {
    Url url = TRY(Url::parse(request.url));
    std::string proxy = proxy_for(url, environment_);
    auto transfer = std::make_unique<Transfer>(pool_, request, std::move(url), std::move(proxy));
    TRY(transfer->send(request));
    HttpResponse response;
    response.status = transfer->head().status();
    response.headers = transfer->head().take_headers();
    response.body = std::move(transfer);
    return response;
  }

 private:
  Environment environment_;
  CurlPool pool_;
};

}  // namespace

std::unique_ptr<HttpClient> make_http_client(const Environment& environment) {
  return std::make_unique<CurlClient>(environment);
}

}  // namespace tallyman
