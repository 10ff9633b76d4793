#pragma once
// Which proxy a request goes through, from the environment. It is decided here and not left to
// libcurl because the address policy depends on it: see AddressRule.

#include <string>

#include "base/environment.h"
#include "http/url.h"

namespace tallyman {

// The proxy for `url` as curl chooses it, or "" for a direct connection: http_proxy (lower case
// only: HTTP_PROXY may be a request header of a CGI program), https_proxy or HTTPS_PROXY, else
// all_proxy or ALL_PROXY; none for hosts in no_proxy or NO_PROXY: a list of domains (each with
// its subdomains), addresses, address ranges ("10.0.0.0/8"), or "*".
std::string proxy_for(const Url& url, const Environment& environment);

}  // namespace tallyman
