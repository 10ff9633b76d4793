#pragma once
// The process environment as a value, read once at start-up, so that tests pass their own and
// no library call reads it behind our back.

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tallyman {

class Environment {
 public:
  Environment() = default;
  explicit Environment(std::map<std::string, std::string, std::less<>> variables)
      : variables_(std::move(variables)) {}
  // Copies the process's own.
  static Environment from_process();

  // nullopt when unset; an empty value counts as set.
  std::optional<std::string> get(std::string_view name) const;
  // The same, with "" for unset.
  std::string get_or_empty(std::string_view name) const { return get(name).value_or(""); }

 private:
  std::map<std::string, std::string, std::less<>> variables_;
};

}  // namespace tallyman
