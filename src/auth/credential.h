#pragma once
// What proves who we are to one registry host, and where it came from.

#include <string>

#include "base/secret.h"

namespace tallyman {

struct Credential {
  std::string user;       // may be empty with an identity token
  Secret password;        // Basic: sent to the registry, or to its token realm
  Secret identity_token;  // docker's "identitytoken": POSTed as a refresh token
  Secret registry_token;  // docker's "registrytoken": sent as Bearer, as it is
  std::string source;     // for people: "registry record team.example.com", "~/.docker/config.json"
};

}  // namespace tallyman
