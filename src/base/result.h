#pragma once
// Errors are values. A function that can fail returns Result<T>; TRY unwraps it or
// returns the error to the caller. Nothing in this program throws across a folder.

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace tallyman {

// What went wrong, coarsely: decides the exit code, whether a retry makes sense and,
// in the service, the HTTP status.
enum class ErrorKind {
  invalid,          // the caller's input is wrong
  not_found,        // the named thing does not exist (or is hidden from us)
  unauthenticated,  // no or wrong credentials
  denied,           // known identity, not allowed
  conflict,         // exists already, or changed under us
  unavailable,      // the other side is down or overloaded: retry helps
  timeout,          // too slow: retry helps
  too_large,        // a limit was crossed
  corrupt,          // bytes are not what they claim to be
  cancelled,        // the user stopped it
  unsupported,      // understood, and not something we do
  internal,         // our fault, or the machine's (disk full, out of memory)
};

// The kind's stable lower-case name, as JSON output shows it.
std::string_view to_string(ErrorKind kind);

struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string code;     // stable, documented, dotted: "registry.unauthorized"
  std::string context;  // what was being done to what: "pulling manifest of a/b:1: 401"
  std::string hint;     // what the user does next; may be empty

  // True when the same call may succeed later with nothing changed.
  bool retryable() const { return kind == ErrorKind::unavailable || kind == ErrorKind::timeout; }
};

// One paragraph for people: "error CODE: CONTEXT\n  hint: HINT".
std::string describe(const Error& error);

template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
};

// The error arm of any Result.
inline std::unexpected<Error> fail(ErrorKind kind, std::string code, std::string context,
                                   std::string hint = {}) {
  return std::unexpected(Error{kind, std::move(code), std::move(context), std::move(hint)});
}

// The same error with "WHAT: " before its context.
Error with_context(Error error, std::string_view what);

namespace detail {
template <class T>
T take(Result<T>&& result) {
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}
}  // namespace detail

}  // namespace tallyman

#define TALLYMAN_TRY_NAME2(line) try_result_##line
#define TALLYMAN_TRY_NAME(line) TALLYMAN_TRY_NAME2(line)
#define TALLYMAN_TRY_IMPL(name, expression)            \
  __extension__({                                      \
    auto name = (expression);                          \
    if (!name) [[unlikely]]                            \
      return std::unexpected(std::move(name).error()); \
    ::tallyman::detail::take(std::move(name));         \
  })
// Yields the value of a Result, or returns its error from the enclosing function.
#define TRY(...) TALLYMAN_TRY_IMPL(TALLYMAN_TRY_NAME(__COUNTER__), (__VA_ARGS__))
