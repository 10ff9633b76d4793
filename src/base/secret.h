#pragma once
// A value that must never be shown. There is no formatter, no stream operator and no
// implicit conversion, so a secret cannot reach a log line by accident; the memory is
// zeroed when it is let go.

#include <string>
#include <string_view>

namespace tallyman {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) { wipe(value); }
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { wipe(other.value_); }
  Secret& operator=(const Secret& other) {
    if (this != &other) {
      wipe(value_);
      value_ = other.value_;
    }
    return *this;
  }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      wipe(value_);
      value_ = std::move(other.value_);
      wipe(other.value_);
    }
    return *this;
  }
  ~Secret() { wipe(value_); }

  bool empty() const { return value_.empty(); }
  std::size_t size() const { return value_.size(); }

  // The bare value, for the one place that sends it. The view lives as long as this object;
  // whoever copies it wipes the copy (see wipe).
  std::string_view reveal() const { return value_; }

  bool operator==(const Secret& other) const;  // in constant time for equal lengths

  // Overwrites the text, including its unused capacity, in a way the optimiser keeps.
  static void wipe(std::string& text) noexcept;

 private:
  std::string value_;
};

}  // namespace tallyman
