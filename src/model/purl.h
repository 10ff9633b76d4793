#pragma once
// Package URLs (package-url/purl-spec): building the canonical text for a package.

#include <string>

#include "model/package.h"

namespace tallyman {

// The canonical purl of an OS package on `distro`:
//   pkg:deb/debian/NAME@VERSION?arch=A&distro=debian-12&upstream=SRC%40VER
//   pkg:apk/alpine/..., pkg:rpm/redhat/NAME@VERSION-RELEASE?arch=&epoch=&upstream=SRCRPM&distro=
// The namespace is the distro's id ("redhat" for rhel); without one, the type's own vendor is
// left out. Qualifiers are sorted and percent-encoded.
std::string package_url(const Package& package, const Distro& distro);

// Percent-encodes everything that purl-spec does not allow bare in a component ('/' too).
std::string purl_encode(std::string_view text);

}  // namespace tallyman
