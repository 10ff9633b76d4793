#pragma once
// Where a registry's password comes from. Never the command line, which every user of the
// machine can read.

#include <optional>
#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "cli/context.h"

namespace tallyman {

struct PasswordRequest {
  bool from_stdin = false;  // --password-stdin
  bool may_ask = false;     // ask on the terminal when nothing else gives one
  std::string prompt{};     // "Password of ann at registry.example.com: "
};

// The first of: standard input, if asked for (all of it but one line end; asked for without echo
// when it is a terminal); $TALLYMAN_REGISTRY_PASSWORD and $ANCHORECTL_REGISTRY_PASSWORD, exactly
// as they are unless empty; the terminal, if allowed. nullopt: none of these gives one. Errors:
// invalid "password.empty", too_large "password.too_large" (64 KiB), cancelled
// "password.cancelled", those of file_error.
Result<std::optional<Secret>> read_password(const PasswordRequest& request,
                                            CommandContext& context);

}  // namespace tallyman
