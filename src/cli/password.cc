#include "cli/password.h"

#include <poll.h>
#include <signal.h>  // sigaction and pthread_sigmask are POSIX, not C++
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/file.h"
#include "store/envelope.h"

namespace tallyman {
namespace {

constexpr std::array kEnding = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

volatile sig_atomic_t caught_signal = 0;

void catch_signal(int number) { caught_signal = number; }

// While it lives: nothing typed is shown, and a signal that would end the program is held back
// until the terminal is as it was.
class EchoOff {
 public:
  explicit EchoOff(int fd) : fd_(fd) {
    caught_signal = 0;
    sigset_t ending;
    sigemptyset(&ending);
    for (int number : kEnding) sigaddset(&ending, number);
    pthread_sigmask(SIG_BLOCK, &ending, &mask_before_);
    struct sigaction action{};
    action.sa_handler = catch_signal;
    for (std::size_t i = 0; i < kEnding.size(); ++i) sigaction(kEnding[i], &action, &before_[i]);
    action.sa_handler = SIG_IGN;
    sigaction(SIGTSTP, &action, &stop_before_);
    active_ = ::tcgetattr(fd_, &terminal_) == 0;
    termios silent = terminal_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    // FLUSH: what was typed before the prompt was shown to all, so it is no password.
    if (active_) active_ = ::tcsetattr(fd_, TCSAFLUSH, &silent) == 0;
  }
  ~EchoOff() {
    if (active_) ::tcsetattr(fd_, TCSAFLUSH, &terminal_);
    sigaction(SIGTSTP, &stop_before_, nullptr);
    for (std::size_t i = 0; i < kEnding.size(); ++i) sigaction(kEnding[i], &before_[i], nullptr);
    pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
  }
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;

  bool active() const { return active_; }
  // Signals arrive in ppoll only, so that none falls between a check and a blocking read.
  const sigset_t& waiting_mask() const { return mask_before_; }

 private:
  int fd_;
  bool active_ = false;
  termios terminal_{};
  sigset_t mask_before_{};
  std::array<struct sigaction, kEnding.size()> before_{};
  struct sigaction stop_before_{};
};

// Text that is wiped whichever way it is left. Its buffer never moves: room for the longest
// secret, its line end, and one byte that tells too long from just long enough.
struct Typed {
  std::string text = std::string(kMaximumSecret + 3, '\0');
  std::size_t size = 0;
  Typed() = default;
  Typed(const Typed&) = delete;
  Typed& operator=(const Typed&) = delete;
  ~Typed() { Secret::wipe(text); }

  void drop_line_end() {
    if (size > 0 && text[size - 1] == '\n') --size;
    if (size > 0 && text[size - 1] == '\r') --size;
  }
};

std::unexpected<Error> too_large() {
  return fail(ErrorKind::too_large, "password.too_large", "a password has at most 64 KiB",
              "check what was given as the password");
}

Result<Secret> checked(Typed& typed) {
  if (typed.size == 0) {
    return fail(ErrorKind::invalid, "password.empty", "the password is empty",
                "leave out --username for a registry that needs none");
  }
  if (typed.size > kMaximumSecret) return too_large();
  typed.text.resize(typed.size);
  return Secret(std::move(typed.text));
}

Result<Secret> read_all_of(int fd) {
  Typed typed;
  while (typed.size < typed.text.size()) {
    ssize_t got = ::read(fd, typed.text.data() + typed.size, typed.text.size() - typed.size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(file_error("reading the password from", "standard input"));
    if (got == 0) break;
    typed.size += static_cast<std::size_t>(got);
  }
  if (typed.size == typed.text.size()) return too_large();
  typed.drop_line_end();
  return checked(typed);
}

Result<void> read_line(int fd, const EchoOff& echo, Typed& typed) {
  while (typed.size < typed.text.size()) {
    pollfd ready{.fd = fd, .events = POLLIN, .revents = 0};
    int polled = ::ppoll(&ready, 1, nullptr, &echo.waiting_mask());
    if (caught_signal != 0) {
      return fail(ErrorKind::cancelled, "password.cancelled", "asking for the password: stopped");
    }
    if (polled < 0) continue;
    ssize_t got = ::read(fd, typed.text.data() + typed.size, 1);
    if (got < 0 && errno != EINTR) return std::unexpected(file_error("reading", "the terminal"));
    if (got == 0) return {};
    if (got > 0 && typed.text[typed.size++] == '\n') return {};
  }
  return too_large();
}

Result<Secret> ask(const std::string& prompt, CommandContext& context) {
  Typed typed;
  Result<void> read = [&]() -> Result<void> {
    EchoOff echo(context.stdin_fd);
    if (!echo.active()) return std::unexpected(file_error("silencing", "the terminal"));
    context.err << prompt << std::flush;
    return read_line(context.stdin_fd, echo, typed);
  }();
  context.err << '\n' << std::flush;
  if (caught_signal != 0) ::raise(caught_signal);  // now that the terminal is as it was
  TRY(std::move(read));
  typed.drop_line_end();
  return checked(typed);
}

}  // namespace

Result<std::optional<Secret>> read_password(const PasswordRequest& request,
                                            CommandContext& context) {
  if (request.from_stdin) {
    return TRY(context.stdin_is_terminal ? ask(request.prompt, context)
                                         : read_all_of(context.stdin_fd));
  }
  for (const char* name : {"TALLYMAN_REGISTRY_PASSWORD", "ANCHORECTL_REGISTRY_PASSWORD"}) {
    Secret value(context.environment.get_or_empty(name));
    if (value.size() > kMaximumSecret) return too_large();
    if (!value.empty()) return value;
  }
  if (request.may_ask && context.stdin_is_terminal) return TRY(ask(request.prompt, context));
  return std::nullopt;
}

}  // namespace tallyman
