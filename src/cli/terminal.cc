#include "cli/terminal.h"

#include <sys/ioctl.h>

#include "base/text.h"

namespace tallyman {

std::size_t terminal_width(int fd, const Environment& environment) {
  struct winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return parse_u64(environment.get_or_empty("COLUMNS")).value_or(0);
}

bool color_allowed(const Environment& environment) {
  return environment.get_or_empty("NO_COLOR").empty() && environment.get_or_empty("TERM") != "dumb";
}

}  // namespace tallyman
