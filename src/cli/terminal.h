#pragma once
// What the terminal at standard output or error can show.

#include <cstddef>

#include "base/environment.h"

namespace tallyman {

// Columns of the terminal open as `fd`, or $COLUMNS, or 0 when neither is known.
std::size_t terminal_width(int fd, const Environment& environment);

// False when NO_COLOR is set to anything, or TERM is "dumb" (no-color.org).
bool color_allowed(const Environment& environment);

}  // namespace tallyman
