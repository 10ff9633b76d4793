#pragma once
// The schema as an ordered list of steps. A released step is never edited: a change is a new one.

#include <span>
#include <string_view>

namespace tallyman {

struct Migration {
  std::string_view name;
  std::string_view sql;  // several statements; runs once, in a transaction
};

// In order. The schema version of a database is the number of steps it has had.
std::span<const Migration> migrations();

}  // namespace tallyman
