#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "base/encoding.h"
#include "cli/registry_command.h"

namespace tallyman {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class ManualClock final : public Clock {
 public:
  Microseconds now() const override { return 1'700'000'000'000'000; }
  std::chrono::steady_clock::time_point monotonic() const override { return time; }
  void sleep_for(milliseconds length) override {
    time += length;
    slept += length;
  }
  std::chrono::steady_clock::time_point time{};
  milliseconds slept{0};
};

using Handler = std::function<Result<HttpResponse>(const HttpRequest&)>;

class ScriptedClient final : public HttpClient {
 public:
  ScriptedClient(Handler handler, std::vector<HttpRequest>& seen)
      : handler_(std::move(handler)), seen_(seen) {}
  Result<HttpResponse> send(const HttpRequest& request) override {
    seen_.push_back(request);
    return handler_(request);
  }

 private:
  Handler handler_;
  std::vector<HttpRequest>& seen_;
};

HttpResponse response(int status, const std::string& challenge = "") {
  HttpResponse answer;
  answer.status = status;
  answer.headers.add("Docker-Distribution-Api-Version", "registry/2.0");
  if (!challenge.empty()) answer.headers.add("WWW-Authenticate", challenge);
  answer.body = std::make_unique<MemoryReader>(ByteView());
  return answer;
}

// A registry that takes ann's password and no other.
Result<HttpResponse> basic_registry(const HttpRequest& request) {
  const std::string wanted = "Basic " + base64_encode(as_bytes("ann:hunter2"));
  bool accepted = request.authorization && request.authorization->reveal() == wanted;
  return accepted ? response(200) : response(401, "Basic realm=\"r\"");
}

class ValidateRegistryTest : public ::testing::Test {
 protected:
  Result<void> validate(const Handler& handler, const RegistryRecord& record,
                        const std::string& password) {
    seen_.clear();
    auto validator = make_registry_validator(
        [&] { return std::make_unique<ScriptedClient>(handler, seen_); }, clock_, "test/1");
    return validator(record, Secret(std::string(password)));
  }
  static RegistryRecord record(const std::string& registry, const std::string& user = "ann") {
    RegistryRecord record;
    record.registry = registry;
    record.user = user;
    return record;
  }
  ManualClock clock_;
  std::vector<HttpRequest> seen_;
};

TEST_F(ValidateRegistryTest, RightPasswordPassesAndWrongOneDoesNot) {
  auto right = validate(basic_registry, record("a.test"), "hunter2");
  EXPECT_TRUE(right.has_value()) << describe(right.error());
  auto wrong = validate(basic_registry, record("a.test"), "hunter3");
  ASSERT_FALSE(wrong.has_value());
  EXPECT_EQ(wrong.error().kind, ErrorKind::unauthenticated);
  EXPECT_EQ(describe(wrong.error()).find("hunter3"), std::string::npos);
}

TEST_F(ValidateRegistryTest, WithoutAUserNothingIsSent) {
  auto open_registry = [](const HttpRequest&) -> Result<HttpResponse> { return response(200); };
  EXPECT_TRUE(validate(open_registry, record("a.test", ""), "").has_value());
  for (const HttpRequest& request : seen_) EXPECT_FALSE(request.authorization.has_value());
}

TEST_F(ValidateRegistryTest, AsksTheHostOfTheRecordUnderItsTlsSettings) {
  RegistryRecord scoped = record("a.test:5000/team/*");
  scoped.verify = false;
  scoped.ca_file = "/etc/ca.pem";
  ASSERT_TRUE(validate(basic_registry, scoped, "hunter2").has_value());
  ASSERT_FALSE(seen_.empty());
  for (const HttpRequest& request : seen_) {
    EXPECT_TRUE(request.url.starts_with("https://a.test:5000/v2/")) << request.url;
    EXPECT_FALSE(request.tls.verify);
    EXPECT_EQ(request.tls.ca_file, "/etc/ca.pem");
    EXPECT_EQ(request.user_agent, "test/1");
  }
}

TEST_F(ValidateRegistryTest, SilenceEndsWithinAMinute) {
  auto silent = [&](const HttpRequest& request) -> Result<HttpResponse> {
    EXPECT_LE(request.connect_timeout, seconds(10));
    EXPECT_GT(request.total_timeout, milliseconds(0));
    clock_.time += std::min(request.total_timeout, milliseconds(25'000));
    return fail(ErrorKind::timeout, "http.timeout", "no answer");
  };
  auto began = clock_.time;
  auto checked = validate(silent, record("a.test"), "hunter2");
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(checked.error().kind, ErrorKind::timeout);
  EXPECT_LE(clock_.time - began, seconds(60));
}

TEST_F(ValidateRegistryTest, RunningOutOfTimeIsSaidPlainly) {
  auto slow = [&](const HttpRequest&) -> Result<HttpResponse> {
    clock_.time += seconds(61);
    return fail(ErrorKind::unavailable, "http.connection", "reset");
  };
  auto checked = validate(slow, record("a.test"), "hunter2");
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(checked.error().code, "registry.validate_timeout");
  EXPECT_EQ(seen_.size(), 1U);
}

}  // namespace
}  // namespace tallyman
