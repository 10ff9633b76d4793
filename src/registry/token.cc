#include "registry/token.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "base/text.h"
#include "parse/json.h"
#include "registry/api_error.h"
#include "registry/basic.h"
#include "registry/scope.h"

namespace tallyman {
namespace {

using std::chrono::seconds;

constexpr std::size_t kMaxAnswer = 1 << 20;
constexpr seconds kShortestLife{60};  // also what silence about it means
constexpr seconds kLongestLife{24 * 3600};
constexpr seconds kEarliest{60};  // renewed this long before the end, or at 3/4 of a life

// What makes the other of GET and POST worth trying: some servers know only one of them.
bool suggests_other_method(int status) {
  constexpr std::array<int, 4> kStatuses = {400, 401, 404, 405};
  return std::ranges::find(kStatuses, status) != kStatuses.end();
}

// It becomes a header line, so nothing that could end one.
bool is_sendable(std::string_view token) {
  return !token.empty() && token.size() <= (64 << 10) &&
         std::ranges::all_of(token, [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

struct TokenSource::Demand {
  Url realm;
  std::string service;
  std::vector<std::string> scopes;

  // The order of scopes matters to some servers, but not to what the token is good for.
  std::string key() const {
    std::vector<std::string> sorted = scopes;
    std::ranges::sort(sorted);
    return fmt::format("{}\n{}\n{}", realm.text(), service, fmt::join(sorted, " "));
  }
};

struct TokenSource::Grant {
  Secret token;
  seconds life{0};
};

Result<Secret> TokenSource::token(const Challenge& challenge, const std::string& needed,
                                  const Secret& rejected) {
  auto realm = Url::parse(challenge.parameter("realm"));
  if (!realm) {
    return fail(ErrorKind::corrupt, "registry.bad_realm",
                fmt::format("{} names a token realm that is not a URL", site_.options.host));
  }
  TRY(site_.check_realm(*realm));
  Demand demand{std::move(*realm), std::string(challenge.parameter("service")),
                scopes_to_ask(challenge.parameter("scope"), needed)};
  Slot& slot = slot_for(demand.key());
  MutexLock lock(slot.mutex);
  bool usable = !slot.token.empty() && clock_.monotonic() < slot.renew_at;
  if (usable && slot.token != rejected) return slot.token;
  auto asked_at = clock_.monotonic();
  Grant grant = TRY(fetch(demand));
  slot.token = std::move(grant.token);
  slot.renew_at = asked_at + grant.life - std::min(kEarliest, grant.life / 4);
  return slot.token;
}

TokenSource::Slot& TokenSource::slot_for(const std::string& key) {
  MutexLock lock(mutex_);
  std::unique_ptr<Slot>& slot = slots_[key];
  if (!slot) slot = std::make_unique<Slot>();
  return *slot;
}

Result<TokenSource::Grant> TokenSource::fetch(const Demand& demand) {
  const std::string action = fmt::format("getting a token from {}", demand.realm.redacted());
  for (int failures = 1;; ++failures) {
    HttpResponse response = TRY(ask(demand));
    if (response.status != 200) {
      return std::unexpected(api_error(response, site_, Asked::token, action));
    }
    Result<Bytes> body = read_all(*response.body, kMaxAnswer);
    if (body) {
      Result<Grant> grant = parse_grant(*body);
      if (!grant) return std::unexpected(with_context(std::move(grant).error(), action));
      return grant;
    }
    response.body.reset();
    if (!client_.pause(body.error(), failures)) {
      return std::unexpected(with_context(std::move(body).error(), action));
    }
  }
}

Result<TokenSource::Grant> TokenSource::parse_grant(ByteView body) {
  Result<Json> json = Json::parse(body);
  if (!json) return fail(ErrorKind::corrupt, "registry.bad_token", json.error().context);
  std::string_view token = json->text_of("token");
  if (token.empty()) token = json->text_of("access_token");
  if (!is_sendable(token)) {
    return fail(ErrorKind::corrupt, "registry.bad_token", "the answer holds no usable token");
  }
  const Json* expires = json->find("expires_in");
  auto life = expires == nullptr ? std::nullopt : expires->unsigned_number();
  auto longest = static_cast<std::uint64_t>(kLongestLife.count());
  return Grant{Secret(std::string(token)),
               std::max(kShortestLife, seconds(std::min(life.value_or(0), longest)))};
}

Result<HttpResponse> TokenSource::ask(const Demand& demand) {
  const Credential* credential = site_.credential();
  if (credential == nullptr) return get(demand);
  bool post_first = !credential->identity_token.empty();
  HttpResponse first = TRY(post_first ? post(demand) : get(demand));
  bool can_switch = !post_first || !credential->user.empty();
  if (!suggests_other_method(first.status) || !can_switch) return first;
  HttpResponse second = TRY(post_first ? get(demand) : post(demand));
  // A plain "wrong password" says more than "no such method".
  bool first_tells_more = first.status == 401 && second.status != 200;
  return first_tells_more ? std::move(first) : std::move(second);
}

Result<HttpResponse> TokenSource::get(const Demand& demand) {
  const Credential* credential = site_.credential();
  std::vector<std::pair<std::string, std::string>> fields;
  if (!demand.service.empty()) fields.emplace_back("service", demand.service);
  for (const std::string& scope : demand.scopes) fields.emplace_back("scope", scope);
  fields.emplace_back("client_id", "tallyman");
  if (credential != nullptr && !credential->user.empty()) {
    fields.emplace_back("account", credential->user);
  }
  Url url = demand.realm;
  if (!url.query.empty()) url.query += '&';
  url.query += url_query(fields);
  HttpRequest request = site_.request_to(url);
  request.headers.emplace_back("Accept", "application/json");
  if (credential != nullptr) {
    const Secret& secret =
        credential->password.empty() ? credential->identity_token : credential->password;
    request.authorization = basic_authorization(credential->user, secret);
  }
  return client_.send(request);
}

Result<HttpResponse> TokenSource::post(const Demand& demand) {
  const Credential& credential = *site_.credential();
  std::vector<std::pair<std::string, std::string>> fields;
  if (!credential.identity_token.empty()) {
    fields.emplace_back("grant_type", "refresh_token");
    fields.emplace_back("refresh_token", credential.identity_token.reveal());
  } else {
    fields.emplace_back("grant_type", "password");
    fields.emplace_back("username", credential.user);
    fields.emplace_back("password", credential.password.reveal());
  }
  fields.emplace_back("client_id", "tallyman");
  if (!demand.service.empty()) fields.emplace_back("service", demand.service);
  if (!demand.scopes.empty()) {
    fields.emplace_back("scope", fmt::format("{}", fmt::join(demand.scopes, " ")));
  }
  HttpRequest request = site_.request_to(demand.realm);
  request.method = "POST";
  request.headers.emplace_back("Accept", "application/json");
  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  request.body = url_query(fields);
  auto response = client_.send(request);
  Secret::wipe(request.body);
  for (auto& [name, value] : fields) Secret::wipe(value);
  return response;
}

}  // namespace tallyman
