#include "cli/password.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>  // posix_openpt is POSIX, not C++
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <sstream>
#include <streambuf>
#include <thread>

#include "base/file.h"
#include "store/envelope.h"

namespace tallyman {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class PasswordTest : public ::testing::Test {
 protected:
  using Variables = std::map<std::string, std::string, std::less<>>;

  Result<std::optional<Secret>> from(int fd, const PasswordRequest& request,
                                     const Variables& variables = {}, bool terminal = false) {
    Environment environment(variables);
    std::ostringstream out;
    CommandContext context{
        .environment = environment, .out = out, .err = err_, .clock = system_clock()};
    context.stdin_fd = fd;
    context.stdin_is_terminal = terminal;
    return read_password(request, context);
  }
  // What --password-stdin makes of this input.
  Result<std::optional<Secret>> from_pipe(const std::string& input) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    FileDescriptor reading(ends[0]);
    std::jthread writer([&input, end = ends[1]] {
      FileDescriptor writing(end);
      std::size_t done = 0;
      while (done < input.size()) {
        ssize_t put = ::write(writing.get(), input.data() + done, input.size() - done);
        if (put <= 0) return;
        done += static_cast<std::size_t>(put);
      }
    });
    auto result = from(reading.get(), {.from_stdin = true});
    char rest[4096];
    while (::read(reading.get(), rest, sizeof rest) > 0) {
    }
    return result;
  }
  static std::string text(const Result<std::optional<Secret>>& result) {
    if (!result) return "error " + result.error().code;
    return *result ? std::string((*result)->reveal()) : "none";
  }
  std::ostringstream err_;
};

TEST_F(PasswordTest, StandardInputLosesOneLineEndOnly) {
  EXPECT_EQ(text(from_pipe("hunter2")), "hunter2");
  EXPECT_EQ(text(from_pipe("hunter2\n")), "hunter2");
  EXPECT_EQ(text(from_pipe("hunter2\r\n")), "hunter2");
  EXPECT_EQ(text(from_pipe("hunter2\n\n")), "hunter2\n");
  EXPECT_EQ(text(from_pipe(" a\nb \n")), " a\nb ");
  EXPECT_EQ(text(from_pipe("")), "error password.empty");
  EXPECT_EQ(text(from_pipe("\n")), "error password.empty");
}

TEST_F(PasswordTest, StandardInputIsBounded) {
  std::string longest(kMaximumSecret, 'x');
  EXPECT_TRUE(text(from_pipe(longest + "\r\n")) == longest);
  EXPECT_EQ(text(from_pipe(longest + "x")), "error password.too_large");
  EXPECT_EQ(text(from_pipe(std::string(1 << 20, 'x'))), "error password.too_large");
}

TEST_F(PasswordTest, ClosedStandardInputIsAnError) {
  EXPECT_EQ(text(from(-1, {.from_stdin = true})), "error file.io");
}

TEST_F(PasswordTest, EnvironmentIsKeptExactly) {
  const std::string lines = "{\n  \"key\": \"a\"\n}\n\n";
  EXPECT_EQ(text(from(-1, {}, {{"TALLYMAN_REGISTRY_PASSWORD", lines}})), lines);
  EXPECT_EQ(text(from(-1, {}, {{"ANCHORECTL_REGISTRY_PASSWORD", lines}})), lines);
  EXPECT_EQ(text(from(-1, {},
                      {{"TALLYMAN_REGISTRY_PASSWORD", "ours"},
                       {"ANCHORECTL_REGISTRY_PASSWORD", "theirs"}})),
            "ours");
  EXPECT_EQ(
      text(from(-1, {},
                {{"TALLYMAN_REGISTRY_PASSWORD", ""}, {"ANCHORECTL_REGISTRY_PASSWORD", "theirs"}})),
      "theirs");
  EXPECT_EQ(text(from(-1, {}, {{"ANCHORECTL_PASSWORD", "not this one"}})), "none");
  EXPECT_EQ(
      text(from(-1, {}, {{"TALLYMAN_REGISTRY_PASSWORD", std::string(kMaximumSecret + 1, 'x')}})),
      "error password.too_large");
}

TEST_F(PasswordTest, NobodyIsAskedWhereThereIsNoTerminal) {
  EXPECT_EQ(text(from(-1, {.may_ask = true})), "none");
  EXPECT_EQ(err_.str(), "");
}

// A terminal whose user acts when the prompt appears.
class Terminal {
 public:
  Terminal() : user_(::posix_openpt(O_RDWR | O_NOCTTY)) {
    ::grantpt(user_.get());
    ::unlockpt(user_.get());
    char name[128] = {};
    ::ptsname_r(user_.get(), name, sizeof name);
    program_ = FileDescriptor(::open(name, O_RDWR | O_NOCTTY));
  }
  int program() const { return program_.get(); }
  void type(std::string_view text) const {
    EXPECT_EQ(::write(user_.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  bool echoes() const {
    termios settings{};
    ::tcgetattr(program_.get(), &settings);
    return (settings.c_lflag & ECHO) != 0;
  }
  // What the user saw so far.
  std::string seen() const {
    ::fcntl(user_.get(), F_SETFL, O_NONBLOCK);
    char text[4096];
    ssize_t got = ::read(user_.get(), text, sizeof text);
    return got > 0 ? std::string(text, static_cast<std::size_t>(got)) : std::string();
  }

 private:
  FileDescriptor user_;
  FileDescriptor program_;
};

// Calls back at the first flush, which is when the prompt is out.
class FlushBuffer final : public std::stringbuf {
 public:
  explicit FlushBuffer(std::function<void()> then) : then_(std::move(then)) {}
  int sync() override {
    if (then_) std::exchange(then_, nullptr)();
    return 0;
  }

 private:
  std::function<void()> then_;
};

Result<std::optional<Secret>> ask_on(const Terminal& terminal, FlushBuffer& screen,
                                     bool from_stdin = false) {
  Environment environment;
  std::ostringstream out;
  std::ostream err(&screen);
  CommandContext context{
      .environment = environment, .out = out, .err = err, .clock = system_clock()};
  context.stdin_fd = terminal.program();
  context.stdin_is_terminal = true;
  return read_password({.from_stdin = from_stdin, .may_ask = true, .prompt = "Password: "},
                       context);
}

TEST(PasswordPromptTest, AsksWithoutEchoAndPutsItBack) {
  for (bool from_stdin : {false, true}) {
    Terminal terminal;
    bool echoed = true;
    FlushBuffer screen([&] {
      echoed = terminal.echoes();
      terminal.type("hunter2\nrest\n");
    });
    auto password = ask_on(terminal, screen, from_stdin);
    ASSERT_TRUE(password.has_value() && password->has_value());
    EXPECT_EQ((*password)->reveal(), "hunter2");
    EXPECT_EQ(screen.str(), "Password: \n");
    EXPECT_FALSE(echoed);
    EXPECT_TRUE(terminal.echoes());
    EXPECT_THAT(terminal.seen(), Not(HasSubstr("hunter2")));
  }
}

TEST(PasswordPromptTest, NothingTypedIsAnError) {
  Terminal terminal;
  FlushBuffer screen([&] { terminal.type("\n"); });
  auto password = ask_on(terminal, screen);
  ASSERT_FALSE(password.has_value());
  EXPECT_EQ(password.error().code, "password.empty");
  EXPECT_TRUE(terminal.echoes());
}

TEST(PasswordPromptTest, SignalEndsTheProgramWithTheTerminalAsItWas) {
  for (int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    Terminal terminal;
    pid_t child = ::fork();
    if (child == 0) {
      FlushBuffer screen([&] { ::kill(::getpid(), number); });
      (void)ask_on(terminal, screen);
      ::_exit(9);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "exit " << WEXITSTATUS(status);
    EXPECT_EQ(WTERMSIG(status), number);
    EXPECT_TRUE(terminal.echoes());
  }
}

}  // namespace
}  // namespace tallyman
