#pragma once
// The one place where everything meets:
//
//   source -> image -> facts of each layer -> overlay -> inventory -> findings -> report

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "http/client.h"
#include "image/source.h"
#include "model/finding.h"
#include "registry/registry.h"
#include "scan/observer.h"
#include "scan/source.h"
#include "stream/limits.h"
#include "vuln/index.h"

namespace tallyman {

struct ScanRequest {
  std::string source;  // as the user typed it
  PlatformChoice platform;
  std::filesystem::path cache_folder;  // empty: no facts are kept or used
  std::size_t threads = 0;             // layers read at once; 0: one per processor
  Limits limits;
};

struct ScanServices {
  HttpClient& http;
  Clock& clock;
  ScanObserver& observer;
  // How to reach the registry of a reference: credential, TLS, plain http.
  std::function<Result<RegistryOptions>(const Reference&)> registry_options;
  const VulnerabilityIndex* index =
      nullptr;  // null: nothing can be matched, and the report says so
  std::string tool_version;
};

// What a scan yields: the report, and an error that did not spoil it (a cache that could not be
// written) but must end in a non-zero exit.
struct ScanOutcome {
  Report report;
  std::optional<Error> cache_error;
};

// Scans one image. An error means that no statement about the image can be made; what could not
// be read of an image that could be fetched is in the report, which then is not assessed.
Result<ScanOutcome> scan(const ScanRequest& request, const ScanServices& services);

}  // namespace tallyman
