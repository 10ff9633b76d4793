#pragma once
// Idle libcurl handles with their open connections and TLS sessions, for the next request to the
// same origin. A multi handle owns its connections and is used by one thread at a time, so
// requests share connections without libcurl's own sharing, which is not safe across threads.

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "base/mutex.h"
#include "http/client.h"

namespace tallyman {

// What two requests must have in common to use one connection. The address rule and the TLS
// options belong to it: a connection opened without the address check, or without verifying the
// certificate, must never serve a request that asks for them.
struct PoolKey {
  AddressRule address = AddressRule::server_named;
  TlsOptions tls;
  std::string origin;
  bool operator==(const PoolKey&) const = default;
};

struct FreeCurlMulti {
  void operator()(void* multi) const;
};
struct FreeCurlEasy {
  void operator()(void* easy) const;
};

// A CURLM and the one CURL that runs in it. (Both types are void to libcurl's users.)
struct CurlHandles {
  std::unique_ptr<void, FreeCurlMulti> multi;
  std::unique_ptr<void, FreeCurlEasy> easy;
  explicit operator bool() const { return multi && easy; }
};

class CurlPool {
 public:
  static constexpr std::size_t kMaxIdle = 16;

  // Initialises libcurl, once in the process.
  CurlPool();

  // The handles given back last under an equal key, or new ones; empty when out of memory.
  CurlHandles take(const PoolKey& key);
  // Keeps handles for later; beyond kMaxIdle those idle longest are closed. REQUIRES: `easy` is
  // not in `multi`, and reset.
  void give(PoolKey key, CurlHandles handles);

 private:
  Mutex mutex_;
  std::deque<std::pair<PoolKey, CurlHandles>> idle_ GUARDED_BY(mutex_);
};

}  // namespace tallyman
