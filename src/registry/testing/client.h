#pragma once
// For tests only: a registry client over real sockets, whose clock does not sleep.

#include <functional>
#include <memory>
#include <string>

#include "registry/registry.h"
#include "registry/testing/doubles.h"

namespace tallyman::testing_support {

// Plain HTTP; signed in it is alice, whose password is s3cret. Everything pulls from team/app.
struct Client {
  explicit Client(std::string host, bool signed_in = false,
                  const std::function<void(RegistryOptions&)>& change = {}) {
    RegistryOptions options;
    options.host = std::move(host);
    options.plain_http = true;
    if (signed_in) options.credential = Credential{"alice", Secret("s3cret"), {}, {}, "the test"};
    if (change) change(options);
    registry = *Registry::open(std::move(options), *http, clock);
  }

  // The content, or the error's code.
  std::string blob(const Descriptor& blob) {
    auto reader = registry->blob("team/app", blob);
    if (!reader) return note(reader.error());
    auto bytes = read_all(**reader, 64 << 20);
    if (!bytes) return note(bytes.error());
    return std::string(as_text(*bytes));
  }
  // The digest, or the error's code.
  std::string manifest(const std::string& key) {
    auto fetched = registry->manifest("team/app", key);
    return fetched ? fetched->digest.text() : note(fetched.error());
  }
  std::string note(const Error& failure) {
    error = failure;
    return failure.code;
  }

  FakeClock clock;
  std::unique_ptr<HttpClient> http = make_http_client(Environment());
  std::unique_ptr<Registry> registry;
  Error error;
};

}  // namespace tallyman::testing_support
