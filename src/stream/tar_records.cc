#include "stream/tar_records.h"

#include <fmt/format.h>

#include "base/text.h"

namespace tallyman {
namespace {

constexpr std::string_view kSparsePrefix = "GNU.sparse.";

std::unexpected<Error> malformed(std::string what) {
  return fail(ErrorKind::corrupt, "tar.malformed", std::move(what));
}

Result<std::uint64_t> number(std::string_view key, std::string_view value) {
  std::optional<std::uint64_t> parsed = parse_u64(value);
  if (!parsed || *parsed > INT64_MAX) {
    return malformed(fmt::format("the PAX record {} is no size", printable(key)));
  }
  return *parsed;
}

Result<std::string> path_value(std::string_view key, std::string_view value) {
  if (value.contains('\0')) {
    return malformed(fmt::format("a NUL in the PAX record {}", printable(key)));
  }
  return std::string(value);
}

bool is_xattr(std::string_view key) {
  return key.starts_with("SCHILY.xattr.") || key.starts_with("LIBARCHIVE.xattr.");
}

}  // namespace

Result<void> TarRecords::parse(std::string_view text, const Limits& limits) {
  while (!text.empty()) {
    std::size_t digits = text.substr(0, 20).find(' ');
    if (digits == std::string_view::npos) return malformed("a PAX record without a length");
    std::optional<std::uint64_t> length = parse_u64(text.substr(0, digits));
    if (!length || *length < digits + 3 || *length > text.size() || text[*length - 1] != '\n') {
      return malformed("a PAX record whose length is wrong");
    }
    std::string_view record = text.substr(digits + 1, *length - digits - 2);
    Cut parts = cut(record, '=');
    if (!parts.found || parts.before.empty()) return malformed("a PAX record without a key");
    TRY(apply(parts.before, parts.after, limits));
    text.remove_prefix(*length);
  }
  if (sparse.open_offset) return malformed("a sparse region without a size");
  return {};
}

Result<void> TarRecords::apply(std::string_view key, std::string_view value, const Limits& limits) {
  if (key == "path") {
    path = TRY(path_value(key, value));
  } else if (key == "linkpath") {
    link_target = TRY(path_value(key, value));
  } else if (key == "size") {
    if (!value.empty()) size = TRY(number(key, value));
  } else if (key.starts_with(kSparsePrefix)) {
    return apply_sparse(key, value);
  } else if (is_xattr(key)) {
    return count_xattr(value, limits);
  }
  return {};
}

Result<void> TarRecords::apply_sparse(std::string_view key, std::string_view value) {
  std::string_view field = key.substr(kSparsePrefix.size());
  if (field == "major") {
    sparse.major = TRY(number(key, value));
  } else if (field == "minor") {
    sparse.minor = TRY(number(key, value));
  } else if (field == "size" || field == "realsize") {
    sparse.size = TRY(number(key, value));
  } else if (field == "name") {
    sparse.name = TRY(path_value(key, value));
  } else if (field == "map") {
    sparse.has_map = true;
    return sparse.map.add_list(value);
  } else if (field == "offset") {
    if (sparse.open_offset) return malformed("a sparse region without a size");
    sparse.open_offset = TRY(number(key, value));
  } else if (field == "numbytes") {
    if (!sparse.open_offset) return malformed("a sparse region without an offset");
    sparse.has_map = true;
    TRY(sparse.map.add({*sparse.open_offset, TRY(number(key, value))}));
    sparse.open_offset.reset();
  }
  return {};
}

Result<void> TarRecords::count_xattr(std::string_view value, const Limits& limits) {
  if (++xattrs > limits.xattrs || value.size() > limits.xattr_bytes) {
    return fail(ErrorKind::too_large, "tar.metadata",
                fmt::format("more than {} extended attributes, or one of more than {} bytes",
                            limits.xattrs, limits.xattr_bytes));
  }
  return {};
}

}  // namespace tallyman
