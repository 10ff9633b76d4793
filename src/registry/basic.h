#pragma once
// Basic authentication (RFC 7617).

#include <string>

#include "base/secret.h"

namespace tallyman {

// The Authorization value "Basic ..." of `user` and `password`.
Secret basic_authorization(const std::string& user, const Secret& password);

}  // namespace tallyman
