#pragma once
// Told what a scan is doing, for progress bars and plain log lines. Called from several threads
// at once; every call returns quickly.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "model/finding.h"
#include "model/image.h"

namespace tallyman {

class ScanObserver {
 public:
  virtual ~ScanObserver() = default;

  virtual void image_resolved(const Image& image) { static_cast<void>(image); }
  virtual void layer_started(std::size_t layer) { static_cast<void>(layer); }
  // Packed bytes read of that layer so far.
  virtual void layer_progress(std::size_t layer, std::uint64_t bytes) {
    static_cast<void>(layer), static_cast<void>(bytes);
  }
  virtual void layer_done(std::size_t layer, const LayerStats& stats) {
    static_cast<void>(layer), static_cast<void>(stats);
  }
  // "second look at layer 3", "matching 412 packages".
  virtual void phase(std::string_view what) { static_cast<void>(what); }
};

}  // namespace tallyman
