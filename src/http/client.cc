#include "http/client.h"

#include "base/text.h"
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

void HttpHeaders::add(std::string name, std::string value) {
  fields_.emplace_back(std::move(name), std::move(value));
}

std::optional<std::string_view> HttpHeaders::get(std::string_view name) const {
  for (const auto& [key, value] : fields_) {
    if (equals_ignoring_case(key, name)) return value;
  }
  return std::nullopt;
}

std::vector<std::string_view> HttpHeaders::get_all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : fields_) {
    if (equals_ignoring_case(key, name)) values.emplace_back(value);
  }
  return values;
}

std::unique_ptr<HttpClient> make_http_client(const Environment& environment) {
  return std::make_unique<CurlClient>(environment);
}

}  // namespace tallyman
