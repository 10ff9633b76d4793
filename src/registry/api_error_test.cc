#include "registry/api_error.h"

#include <gtest/gtest.h>

#include "registry/testing/doubles.h"

namespace tallyman {
namespace {

using namespace testing_support;

Site site(bool signed_in) {
  RegistryOptions options;
  options.host = "r.test";
  if (signed_in) options.credential = Credential{"alice", Secret("s3cret"), {}, {}, "the test"};
  return *Site::open(std::move(options));
}

Error error_of(int status, std::string body = "", bool signed_in = false) {
  HttpResponse response = answer(status, {}, std::move(body));
  return api_error(response, site(signed_in), Asked::manifest, "pulling x");
}

TEST(ApiError, Kinds) {
  struct Row {
    int status;
    ErrorKind kind;
    std::string_view code;
  };
  const Row rows[] = {
      {401, ErrorKind::unauthenticated, "registry.unauthorized"},
      {403, ErrorKind::denied, "registry.denied"},
      {404, ErrorKind::not_found, "registry.manifest_unknown"},
      {410, ErrorKind::not_found, "registry.manifest_unknown"},
      {429, ErrorKind::unavailable, "registry.rate_limited"},
      {503, ErrorKind::unavailable, "registry.unavailable"},
      {400, ErrorKind::invalid, "registry.refused"},
      {418, ErrorKind::invalid, "registry.refused"},
  };
  for (const Row& row : rows) {
    Error error = error_of(row.status);
    EXPECT_EQ(error.kind, row.kind) << row.status;
    EXPECT_EQ(error.code, row.code) << row.status;
    EXPECT_EQ(error.context, "pulling x: r.test answers " + std::to_string(row.status));
  }
}

TEST(ApiError, WhatIsMissingDependsOnWhatWasAskedFor) {
  for (auto [asked, code] : {std::pair(Asked::manifest, "registry.manifest_unknown"),
                             std::pair(Asked::blob, "registry.blob_unknown"),
                             std::pair(Asked::token, "registry.no_token_service")}) {
    HttpResponse response = answer(404);
    EXPECT_EQ(api_error(response, site(false), asked, "x").code, code);
  }
}

TEST(ApiError, HintsSayWhatToDo) {
  EXPECT_NE(error_of(401).hint.find("tallyman registry add r.test"), std::string::npos);
  EXPECT_NE(error_of(401, "", true).hint.find("the test"), std::string::npos);
  EXPECT_NE(error_of(404).hint.find("may not see it"), std::string::npos);
}

TEST(ApiError, RepeatsTheRegistrysWords) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {R"({"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown","detail":{"Tag":"1"}}]})",
       " (MANIFEST_UNKNOWN: manifest unknown)"},
      {R"({"errors":[{"code":"DENIED"}]})", " (DENIED)"},
      {R"({"details":"incorrect username or password"})", " (incorrect username or password)"},
      {R"({"error":"invalid_grant","error_description":"token expired"})", " (token expired)"},
      {R"({"errors":[]})", ""},
      {R"({"errors":"x"})", ""},
      {"<html>not found</html>", ""},
      {"", ""},
  };
  for (auto [body, words] : rows) {
    EXPECT_EQ(error_of(404, std::string(body)).context,
              "pulling x: r.test answers 404" + std::string(words));
  }
}

TEST(ApiError, WordsAreCutShortAndPrintable) {
  Error error = error_of(404, R"({"errors":[{"code":"X","message":"\u001b[2J\u202e)" +
                                  std::string(5000, 'y') + R"("}]})");
  EXPECT_LT(error.context.size(), 300U);
  EXPECT_EQ(error.context.find('\x1b'), std::string::npos);
  EXPECT_EQ(error.context.find("\u202e"), std::string::npos);
}

TEST(ApiError, EndlessBodiesAreNotRead) {
  EXPECT_EQ(error_of(404, std::string(100 << 10, ' ')).context, "pulling x: r.test answers 404");
}

TEST(ApiError, SecretsAreNotRepeated) {
  Error error = error_of(401, R"({"errors":[{"code":"X","message":"bad password s3cret"}]})", true);
  EXPECT_EQ(describe(error).find("s3cret"), std::string::npos);
  // Base64 of "alice:s3cret", as the Basic header had it.
  error = error_of(401, R"({"error":"not accepted: YWxpY2U6czNjcmV0"})", true);
  EXPECT_EQ(describe(error).find("YWxpY2U6czNjcmV0"), std::string::npos);
}

// docker-registry announces the blob's length there: reading would wait for what never comes.
TEST(ApiError, TheBodyOf416IsNotRead) {
  EXPECT_EQ(error_of(416, R"({"errors":[{"code":"X"}]})").context, "pulling x: r.test answers 416");
}

}  // namespace
}  // namespace tallyman
