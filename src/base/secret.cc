#include "base/secret.h"

#include <string.h>  // explicit_bzero is glibc's, not C++'s

namespace tallyman {

bool Secret::operator==(const Secret& other) const {
  if (value_.size() != other.value_.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < value_.size(); ++i) {
    difference |= static_cast<unsigned>(static_cast<unsigned char>(value_[i]) ^
                                        static_cast<unsigned char>(other.value_[i]));
  }
  return difference == 0;
}

void Secret::wipe(std::string& text) noexcept {
  text.resize(text.capacity());
  explicit_bzero(text.data(), text.size());
  text.clear();
}

}  // namespace tallyman
