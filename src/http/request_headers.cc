#include "http/request_headers.h"

#include <curl/curl.h>
#include <string.h>  // explicit_bzero is glibc's, not C++'s

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace tallyman {
namespace {

// RFC 9110 5.6.2.
bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return is_alnum(c) || kMarks.find(c) != std::string_view::npos;
  });
}

bool is_one_line(std::string_view text) {
  constexpr std::string_view kEnds("\r\n\0", 3);
  return text.find_first_of(kEnds) == std::string_view::npos;
}

}  // namespace

void RequestHeaders::clear() {
  for (curl_slist* line = list_; line != nullptr; line = line->next) {
    explicit_bzero(line->data, strlen(line->data));
  }
  curl_slist_free_all(std::exchange(list_, nullptr));
}

Result<void> RequestHeaders::add_all(const HttpRequest& request) {
  bool accept = false;
  for (const auto& [name, value] : request.headers) {
    TRY(add(name, value));
    accept |= equals_ignoring_case(name, "Accept");
  }
  if (request.authorization) TRY(add("Authorization", request.authorization->reveal()));
  // "Accept: */*" makes docker-registry convert manifests; "Expect" costs a round trip.
  if (!accept) TRY(append("Accept:"));
  return append("Expect:");
}

Result<void> RequestHeaders::add(std::string_view name, std::string_view value) {
  if (!is_token(name) || !is_one_line(value)) {
    return fail(ErrorKind::invalid, "http.header",
                "a value for the header " + printable(name.substr(0, 64)) +
                    " that does not fit on a header line");
  }
  if (trim(value).empty()) return append(std::string(name) + ";");  // sent with an empty value
  std::string line;
  line.reserve(name.size() + value.size() + 2);  // no reallocation: it would leave a copy behind
  line.append(name).append(": ").append(value);
  return append(std::move(line));
}

Result<void> RequestHeaders::append(std::string line) {
  curl_slist* longer = curl_slist_append(list_, line.c_str());
  Secret::wipe(line);
  if (longer == nullptr) return fail(ErrorKind::internal, "http.internal", "out of memory");
  list_ = longer;
  return {};
}

}  // namespace tallyman
