#pragma once
// Content descriptors and the checks that every document of a registry goes through (OCI
// image-spec, descriptor.md).

#include <initializer_list>
#include <string_view>

#include "base/result.h"
#include "model/image.h"
#include "parse/json.h"

namespace tallyman {

// The document as a JSON object; case-variant keys are let through, for labels and annotations
// have them (see refuse_variants). Errors: corrupt "manifest.malformed", "manifest.ambiguous"
// (duplicate keys), too_large "manifest.too_large".
Result<Json> parse_document(ByteView bytes, const JsonLimits& limits);

// Corrupt "manifest.ambiguous" when `object` has a key that another reader would take for one of
// `keys` because it ignores letter case.
Result<void> refuse_variants(const Json& object, std::initializer_list<std::string_view> keys);

// A descriptor whose digest and size are there and valid; `data`, when there is some, must be the
// content. Errors: corrupt "manifest.malformed", "manifest.ambiguous"; unsupported
// "digest.unsupported". Contexts do not say which descriptor: the caller does.
Result<Descriptor> parse_descriptor(const Json& json);

// A digest in a document: corrupt "manifest.malformed" or unsupported "digest.unsupported".
Result<Digest> parse_digest(std::string_view text);

}  // namespace tallyman
