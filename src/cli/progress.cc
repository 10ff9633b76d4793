#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace tallyman {
namespace {

constexpr std::size_t kMaxRows = 8;
constexpr std::size_t kBarWidth = 24;
constexpr auto kRedrawEvery = std::chrono::milliseconds(80);

std::string rate(std::uint64_t bytes, std::chrono::steady_clock::duration time) {
  double seconds = std::chrono::duration<double>(time).count();
  if (seconds < 0.05) return {};
  return human_bytes(static_cast<std::uint64_t>(static_cast<double>(bytes) / seconds)) + "/s";
}

}  // namespace

std::string progress_bar(std::uint64_t done, std::uint64_t total, std::size_t width) {
  std::size_t inside = width < 3 ? 1 : width - 2;
  double share =
      total == 0 ? 0 : static_cast<double>(std::min(done, total)) / static_cast<double>(total);
  auto filled = static_cast<std::size_t>(share * static_cast<double>(inside));
  std::string bar = "[" + std::string(filled, '=');
  if (filled < inside) bar += ">" + std::string(inside - filled - 1, ' ');
  return bar + "]";
}

void PlainProgress::image_resolved(const Image& image) {
  MutexLock lock(mutex_);
  layers_ = image.layers.size();
  std::uint64_t bytes = 0;
  for (const Layer& layer : image.layers) bytes += layer.blob.size;
  err_ << fmt::format("{}: {} {}, {} layers, {}\n", printable(image.name), image.digest.text(),
                      printable(image.platform.text()), layers_, human_bytes(bytes));
}

void PlainProgress::layer_done(std::size_t layer, const LayerStats& stats) {
  MutexLock lock(mutex_);
  std::string how = stats.from_cache ? "from the cache"
                    : stats.analysed ? fmt::format("{} entries", stats.entries)
                                     : "NOT ANALYSED";
  err_ << fmt::format("layer {}/{} {}: {}, {}\n", layer + 1, layers_, stats.blob.short_hex(),
                      human_bytes(stats.compressed_size), how);
}

void PlainProgress::phase(std::string_view what) {
  MutexLock lock(mutex_);
  err_ << printable(what) << '\n';
}

TerminalProgress::TerminalProgress(std::ostream& err, const Clock& clock, std::size_t width)
    : err_(err), clock_(clock), width_(width == 0 ? 80 : width), begun_(clock.monotonic()) {}

TerminalProgress::~TerminalProgress() {
  MutexLock lock(mutex_);
  erase();
  err_ << std::flush;
}

void TerminalProgress::image_resolved(const Image& image) {
  MutexLock lock(mutex_);
  for (const Layer& layer : image.layers) {
    rows_.push_back({layer.blob.digest.short_hex(), layer.blob.size, 0, Row::State::waiting, {}});
  }
  redraw(true);
}

void TerminalProgress::layer_started(std::size_t layer) {
  MutexLock lock(mutex_);
  rows_[layer].state = Row::State::reading;
  rows_[layer].started = clock_.monotonic();
  redraw(true);
}

void TerminalProgress::layer_progress(std::size_t layer, std::uint64_t bytes) {
  MutexLock lock(mutex_);
  rows_[layer].done = bytes;
  redraw(false);
}

void TerminalProgress::layer_done(std::size_t layer, const LayerStats& stats) {
  MutexLock lock(mutex_);
  rows_[layer].done = stats.compressed_size;
  rows_[layer].state = Row::State::finished;
  redraw(true);
}

void TerminalProgress::phase(std::string_view what) {
  MutexLock lock(mutex_);
  phase_ = printable(what);
  redraw(true);
}

std::string TerminalProgress::draw_row(const Row& row) const {
  return fmt::format("  {} {} {:>9} {:>11} {}", row.name,
                     progress_bar(row.done, row.size, kBarWidth), human_bytes(row.done),
                     rate(row.done, clock_.monotonic() - row.started),
                     row.done >= row.size ? "cataloguing" : "reading");
}

std::string TerminalProgress::draw_total() const {
  std::uint64_t done = 0;
  std::uint64_t size = 0;
  std::size_t finished = 0;
  for (const Row& row : rows_) {
    done += row.done;
    size += row.size;
    if (row.state == Row::State::finished) ++finished;
  }
  return fmt::format("layers {}/{}  {} of {}  {}  {}", finished, rows_.size(), human_bytes(done),
                     human_bytes(size), rate(done, clock_.monotonic() - begun_), phase_);
}

void TerminalProgress::erase() {
  if (drawn_lines_ > 0) err_ << fmt::format("\x1b[{}A\x1b[J", drawn_lines_);
  drawn_lines_ = 0;
}

void TerminalProgress::redraw(bool now) {
  auto time = clock_.monotonic();
  if (!now && time - last_draw_ < kRedrawEvery) return;
  last_draw_ = time;
  erase();
  std::vector<std::string> lines;
  for (const Row& row : rows_) {
    if (row.state == Row::State::reading && lines.size() < kMaxRows) lines.push_back(draw_row(row));
  }
  lines.push_back(draw_total());
  for (const std::string& line : lines) {
    err_ << std::string_view(line).substr(0, width_ - 1) << '\n';
  }
  drawn_lines_ = lines.size();
  err_ << std::flush;
}

}  // namespace tallyman
