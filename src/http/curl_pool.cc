#include "http/curl_pool.h"

#include <curl/curl.h>

#include <algorithm>

namespace tallyman {
namespace {

void initialise_curl() {
  static const CURLcode kInitialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(kInitialised);  // a failure shows as handles that cannot be made
}

CurlHandles make_handles() {
  CurlHandles handles;
  handles.multi.reset(curl_multi_init());
  handles.easy.reset(curl_easy_init());
  if (handles) curl_multi_setopt(handles.multi.get(), CURLMOPT_MAXCONNECTS, 1L);
  return handles;
}

}  // namespace

void FreeCurlMulti::operator()(void* multi) const { curl_multi_cleanup(multi); }

void FreeCurlEasy::operator()(void* easy) const { curl_easy_cleanup(easy); }

CurlPool::CurlPool() { initialise_curl(); }

CurlHandles CurlPool::take(const PoolKey& key) {
  {
    MutexLock lock(mutex_);
    auto found = std::find_if(idle_.rbegin(), idle_.rend(),
                              [&](const auto& entry) { return entry.first == key; });
    if (found != idle_.rend()) {
      CurlHandles handles = std::move(found->second);
      idle_.erase(std::next(found).base());
      // The connection lives in the multi handle. An easy handle that has failed keeps its
      // buffer, reset or not, and then refuses CURLOPT_BUFFERSIZE.
      handles.easy.reset(curl_easy_init());
      return handles;
    }
  }
  return make_handles();
}

void CurlPool::give(PoolKey key, CurlHandles handles) {
  std::pair<PoolKey, CurlHandles> oldest;  // closed after the lock is let go
  MutexLock lock(mutex_);
  idle_.emplace_back(std::move(key), std::move(handles));
  if (idle_.size() > kMaxIdle) {
    oldest = std::move(idle_.front());
    idle_.pop_front();
  }
}

}  // namespace tallyman
