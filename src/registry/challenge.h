#pragma once
// WWW-Authenticate (RFC 9110, 11.6.1): what a registry wants to see before it answers.

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tallyman {

struct Challenge {
  enum class Scheme : std::uint8_t { bearer, basic };

  Scheme scheme = Scheme::bearer;
  std::map<std::string, std::string, std::less<>> parameters;  // names in lower case

  // "" if absent.
  std::string_view parameter(std::string_view name) const;
};

// Every Bearer challenge, then every Basic one, each in order of appearance, from all the header
// lines of one response. Other schemes are skipped, and so is what does not follow the grammar:
// this never fails. At most 16 challenges of 32 parameters.
std::vector<Challenge> parse_challenges(std::span<const std::string_view> header_lines);

}  // namespace tallyman
