#include "registry/blob_reader.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "registry/testing/doubles.h"

namespace tallyman {
namespace {

using namespace testing_support;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

std::string content_of(std::size_t size) {
  std::string content(size, '\0');
  for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<char>((i * 31 + i / 251) & 0xFF);
  return content;
}

Descriptor describe_blob(std::string_view content, std::string_view algorithm = "sha256") {
  Digester digester(algorithm);
  digester.update(as_bytes(content));
  return {.media_type = {}, .digest = digester.finish(), .size = content.size(), .urls = {}};
}

std::uint64_t range_start(const HttpRequest& request) {
  std::string range = header_of(request, "Range");
  return range.empty() ? 0 : std::stoull(range.substr(6));
}

// The proper answer to a request for `content`.
HttpResponse serve(const std::string& content, const HttpRequest& request,
                   std::uint64_t length = UINT64_MAX, std::optional<Error> then = std::nullopt) {
  std::uint64_t start = range_start(request);
  std::string part = content.substr(start, length);
  if (header_of(request, "Range").empty()) {
    return answer(200, {{"Content-Length", std::to_string(content.size())}, {"ETag", "\"tag\""}},
                  part, then);
  }
  return answer(
      206,
      {{"Content-Range", fmt::format("bytes {}-{}/{}", start, content.size() - 1, content.size())}},
      part, then);
}

// Pulls a blob from a registry whose blob requests, in turn, are answered by these steps (the last
// one for ever).
class Pull {
 public:
  using Step = std::function<Result<HttpResponse>(const HttpRequest&)>;

  Pull(Descriptor blob, std::vector<Step> steps)
      : blob_(std::move(blob)), steps_(std::move(steps)), http_([this](const HttpRequest& request) {
          if (request.url.ends_with("/v2/")) return Result<HttpResponse>(answer(200));
          ranges.push_back(header_of(request, "Range"));
          if_ranges.push_back(header_of(request, "If-Range"));
          return steps_[std::min(step_++, steps_.size() - 1)](request);
        }) {}

  // The content, or the error's code; what was handed out before it is in `got`.
  std::string run(std::size_t chunk = 1000) {
    RegistryOptions options;
    options.host = "r.test";
    Transport transport(*Site::open(std::move(options)), http_, clock);
    auto reader = BlobReader::open(transport, "team/app", blob_);
    if (!reader) return note(reader.error());
    Bytes buffer(chunk);
    while (true) {
      auto read = (*reader)->read(buffer);
      if (!read) {
        auto again = (*reader)->read(buffer);
        EXPECT_EQ(again ? "" : again.error().code, read.error().code) << "stays failed";
        return note(read.error());
      }
      if (*read == 0) break;
      got.append(as_text(ByteView(buffer).first(*read)));
    }
    EXPECT_EQ((*reader)->read(buffer).value_or(1), 0U) << "stays at the end";
    return got;
  }

  FakeClock clock;
  std::string got;
  Error error;
  std::vector<std::string> ranges;  // of every request for the blob
  std::vector<std::string> if_ranges;

 private:
  std::string note(const Error& failure) {
    error = failure;
    return failure.code;
  }

  Descriptor blob_;
  std::vector<Step> steps_;
  std::size_t step_ = 0;
  ScriptedHttp http_;
};

const std::string kContent = content_of(10'000);

Pull::Step whole(const std::string& content = kContent) {
  return [&content](const HttpRequest& request) { return serve(content, request); };
}
// Breaks after `count` bytes of this answer.
Pull::Step breaks_after(std::uint64_t count, std::string code = "http.connection") {
  return [=](const HttpRequest& request) {
    return serve(kContent, request, count, connection_error(code));
  };
}
Pull::Step status(int code) {
  return [=](const HttpRequest&) { return answer(code); };
}

TEST(BlobReader, WholeBlobs) {
  for (std::string_view algorithm : {"sha256", "sha512"}) {
    for (std::size_t chunk : {1UL, 999UL, 10'000UL, 20'000UL}) {
      Pull pull(describe_blob(kContent, algorithm), {whole()});
      EXPECT_EQ(pull.run(chunk), kContent);
      EXPECT_THAT(pull.ranges, ElementsAre(""));
    }
  }
  const std::string empty;
  EXPECT_EQ(Pull(describe_blob(empty), {whole(empty)}).run(), "");
}

TEST(BlobReader, ResumesWhereItBroke) {
  for (std::uint64_t at : {0UL, 1UL, 5'000UL, 9'999UL}) {
    Pull pull(describe_blob(kContent), {breaks_after(at), whole()});
    EXPECT_EQ(pull.run(), kContent) << at;
    EXPECT_THAT(pull.ranges, ElementsAre("", at == 0 ? "" : fmt::format("bytes={}-", at)));
    EXPECT_THAT(pull.if_ranges, ElementsAre("", at == 0 ? "" : "\"tag\""));
  }
}

TEST(BlobReader, AnyKindOfBreakIsResumed) {
  for (std::string code : {"http.truncated", "http.connection", "http.tls"}) {
    Pull pull(describe_blob(kContent), {breaks_after(100, code), breaks_after(100, code), whole()});
    EXPECT_EQ(pull.run(), kContent) << code;
  }
  Pull stalls(describe_blob(kContent), {[](const HttpRequest& request) {
                                          return serve(
                                              kContent, request, 100,
                                              Error{ErrorKind::timeout, "http.timeout", "", ""});
                                        },
                                        whole()});
  EXPECT_EQ(stalls.run(), kContent);
}

TEST(BlobReader, ABreakAfterTheLastByteIsNone) {
  Pull pull(describe_blob(kContent), {breaks_after(10'000)});
  EXPECT_EQ(pull.run(), kContent);
  EXPECT_THAT(pull.ranges, ElementsAre(""));
}

TEST(BlobReader, GivesUpWithoutProgress) {
  Pull pull(describe_blob(kContent), {breaks_after(100), breaks_after(0)});
  EXPECT_EQ(pull.run(), "http.connection");
  EXPECT_EQ(pull.ranges.size(), 6U);
  EXPECT_EQ(pull.got, kContent.substr(0, 100));
  EXPECT_NE(pull.error.context.find("pulling blob sha256:"), std::string::npos);
  EXPECT_TRUE(pull.error.retryable());
}

TEST(BlobReader, AMebibyteOfProgressCostsNoTry) {
  const std::string big = content_of(20 << 20);
  auto step = [&](const HttpRequest& request) {
    return serve(big, request, (1 << 20) + 1, connection_error());
  };
  Pull pull(describe_blob(big), {step});
  EXPECT_TRUE(pull.run(1 << 16) == big);
  EXPECT_EQ(pull.ranges.size(), 20U);
  EXPECT_LE(pull.clock.passed(), 20 * 500ms);
}

TEST(BlobReader, ServersWithoutRangesStartOver) {
  auto ignores = [](const HttpRequest&) {
    return answer(200, {{"Content-Length", "10000"}}, kContent);
  };
  Pull pull(describe_blob(kContent), {breaks_after(5'000), ignores});
  EXPECT_EQ(pull.run(), kContent);
  auto breaks_in_the_old_part = [](const HttpRequest&) {
    return answer(200, {{"Content-Length", "10000"}}, kContent.substr(0, 10), connection_error());
  };
  Pull twice(describe_blob(kContent), {breaks_after(5'000), breaks_in_the_old_part, ignores});
  EXPECT_EQ(twice.run(), kContent);
}

TEST(BlobReader, WrongRangesAreNotTaken) {
  for (std::string range : {"", "bytes 0-9999/10000", "bytes 4999-9999/10000",
                            "bytes 5000-9999/10001", "bytes 5000-9998/9999", "nonsense"}) {
    auto wrong = [range](const HttpRequest& request) {
      if (header_of(request, "Range").empty()) return serve(kContent, request);
      return answer(206, {{"Content-Range", range}}, std::string(5000, 'x'));
    };
    Pull pull(describe_blob(kContent), {breaks_after(5'000), wrong});
    EXPECT_EQ(pull.run(), kContent) << range;
    EXPECT_THAT(pull.ranges, ElementsAre("", "bytes=5000-", "")) << range;
  }
  auto unknown_total = [](const HttpRequest& request) {
    return answer(206, {{"Content-Range", "bytes 5000-9999/*"}},
                  kContent.substr(range_start(request)));
  };
  EXPECT_EQ(Pull(describe_blob(kContent), {breaks_after(5'000), unknown_total}).run(), kContent);
}

TEST(BlobReader, A416StartsOver) {
  auto refuses = [](const HttpRequest& request) {
    return header_of(request, "Range").empty() ? serve(kContent, request) : answer(416);
  };
  Pull pull(describe_blob(kContent), {breaks_after(5'000), refuses});
  EXPECT_EQ(pull.run(), kContent);
  EXPECT_THAT(pull.ranges, ElementsAre("", "bytes=5000-", ""));
}

TEST(BlobReader, WeakTagsAreNotSentBack) {
  auto weak = [](const HttpRequest&) {
    return answer(200, {{"ETag", "W/\"x\""}}, kContent.substr(0, 10), connection_error());
  };
  Pull pull(describe_blob(kContent), {weak, whole()});
  EXPECT_EQ(pull.run(), kContent);
  EXPECT_THAT(pull.if_ranges, ElementsAre("", ""));
}

TEST(BlobReader, WrongBytesAreCorrupt) {
  std::string flipped = kContent;
  flipped[7'777] ^= 1;
  Pull pull(describe_blob(kContent), {whole(flipped)});
  EXPECT_EQ(pull.run(), "registry.digest_mismatch");
  EXPECT_EQ(pull.error.kind, ErrorKind::corrupt);
  // Once bytes were handed out, right ones later do not help.
  Pull once(describe_blob(kContent), {[&](const HttpRequest& request) {
                                        return serve(flipped, request, 9'000, connection_error());
                                      },
                                      whole()});
  EXPECT_EQ(once.run(), "registry.digest_mismatch");
}

TEST(BlobReader, WrongSizes) {
  const std::string longer = kContent + "x";
  const std::string shorter = kContent.substr(0, 9'000);
  for (const std::string& other : {longer, shorter}) {
    Pull announced(describe_blob(kContent), {whole(other)});
    EXPECT_EQ(announced.run(), "registry.size_mismatch");
    EXPECT_THAT(announced.got, IsEmpty());
    Pull unannounced(describe_blob(kContent),
                     {[&](const HttpRequest&) { return answer(200, {}, other); }});
    EXPECT_EQ(unannounced.run(), "registry.size_mismatch");
    EXPECT_EQ(unannounced.error.kind, ErrorKind::corrupt);
    EXPECT_LE(unannounced.got.size(), kContent.size());
    EXPECT_LE(unannounced.ranges.size(), 2U);
  }
}

// Threat 16: what never ends is cut one byte after its size.
TEST(BlobReader, EndlessBodiesAreCut) {
  class Endless final : public Reader {
   public:
    Result<std::size_t> read(ByteSpan into) override {
      std::fill(into.begin(), into.end(), 'x');
      return into.size();
    }
  };
  Pull pull(describe_blob(kContent), {[](const HttpRequest&) {
              HttpResponse response = answer(200);
              response.body = std::make_unique<Endless>();
              return response;
            }});
  EXPECT_EQ(pull.run(), "registry.size_mismatch");
  EXPECT_EQ(pull.got.size(), kContent.size());
}

TEST(BlobReader, MissingBlobs) {
  Pull missing(describe_blob(kContent), {status(404)});
  EXPECT_EQ(missing.run(), "registry.blob_unknown");
  EXPECT_EQ(missing.error.kind, ErrorKind::not_found);
  Pull gone(describe_blob(kContent), {breaks_after(100), status(404)});
  EXPECT_EQ(gone.run(), "registry.blob_unknown");
  EXPECT_EQ(gone.ranges.size(), 2U);
  Descriptor foreign = describe_blob(kContent);
  foreign.urls = {"https://elsewhere.test/layer"};
  Pull elsewhere(foreign, {status(404)});
  EXPECT_EQ(elsewhere.run(), "registry.blob_unknown");
  EXPECT_NE(elsewhere.error.hint.find("foreign"), std::string::npos);
  EXPECT_EQ(elsewhere.ranges.size(), 1U) << "nothing is asked of the URL (threat 1)";
}

TEST(BlobReader, AResumeThatFindsNobodyIsNotTriedTwiceOver) {
  Pull pull(describe_blob(kContent),
            {breaks_after(100), [](const HttpRequest&) -> Result<HttpResponse> {
               return std::unexpected(connection_error("http.refused"));
             }});
  EXPECT_EQ(pull.run(), "http.refused");
  EXPECT_EQ(pull.ranges.size(), 4U);
}

}  // namespace
}  // namespace tallyman
