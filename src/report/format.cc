#include "report/format.h"

namespace tallyman {

const Format* find_format(std::string_view id) {
  for (const Format* format : formats::all()) {
    if (format->id == id) return format;
  }
  return nullptr;
}

}  // namespace tallyman
