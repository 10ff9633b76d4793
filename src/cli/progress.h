#pragma once
// What a scan shows while it runs, on standard error: live rows on a terminal, plain lines
// elsewhere, nothing with --quiet.

#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "scan/observer.h"

namespace tallyman {

// One line an event: for logs and pipes.
class PlainProgress final : public ScanObserver {
 public:
  explicit PlainProgress(std::ostream& err) : err_(err) {}
  void image_resolved(const Image& image) override;
  void layer_done(std::size_t layer, const LayerStats& stats) override;
  void phase(std::string_view what) override;

 private:
  Mutex mutex_;
  std::ostream& err_ GUARDED_BY(mutex_);
  std::size_t layers_ GUARDED_BY(mutex_) = 0;
};

// A row for each layer at work (bar, bytes, rate, phase) and one for the whole, redrawn in place
// at most about twelve times a second; the rows are gone when the object is.
class TerminalProgress final : public ScanObserver {
 public:
  TerminalProgress(std::ostream& err, const Clock& clock, std::size_t width);
  ~TerminalProgress() override;
  void image_resolved(const Image& image) override;
  void layer_started(std::size_t layer) override;
  void layer_progress(std::size_t layer, std::uint64_t bytes) override;
  void layer_done(std::size_t layer, const LayerStats& stats) override;
  void phase(std::string_view what) override;

 private:
  struct Row {
    std::string name;
    std::uint64_t size = 0;
    std::uint64_t done = 0;
    enum class State : std::uint8_t { waiting, reading, finished } state = State::waiting;
    std::chrono::steady_clock::time_point started;
  };
  void redraw(bool now) REQUIRES_LOCK(mutex_);
  void erase() REQUIRES_LOCK(mutex_);
  std::string draw_row(const Row& row) const REQUIRES_LOCK(mutex_);
  std::string draw_total() const REQUIRES_LOCK(mutex_);

  Mutex mutex_;
  std::ostream& err_ GUARDED_BY(mutex_);
  const Clock& clock_;
  const std::size_t width_;
  std::vector<Row> rows_ GUARDED_BY(mutex_);
  std::string phase_ GUARDED_BY(mutex_);
  std::size_t drawn_lines_ GUARDED_BY(mutex_) = 0;
  std::chrono::steady_clock::time_point last_draw_ GUARDED_BY(mutex_);
  std::chrono::steady_clock::time_point begun_;
};

// "[=====>    ]" of `width` characters in all, for done of total.
std::string progress_bar(std::uint64_t done, std::uint64_t total, std::size_t width);

}  // namespace tallyman
