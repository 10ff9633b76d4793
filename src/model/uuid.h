#pragma once
// UUIDs made from content, so that the same report carries the same id anywhere.

#include <string>
#include <string_view>

namespace tallyman {

// The UUID (RFC 9562 version 8, a hash of our choosing) of `content`, lower case:
// "xxxxxxxx-xxxx-8xxx-yxxx-xxxxxxxxxxxx".
std::string content_uuid(std::string_view content);

}  // namespace tallyman
