// An OCI image layout:
//   oci-layout             {"imageLayoutVersion": "1.0.0"}
//   index.json             an image index; names are annotations of its entries
//   blobs/ALGORITHM/HEX    manifests, configurations, layers

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <optional>
#include <utility>
#include <vector>

#include "base/file.h"
#include "image/resolve.h"
#include "image/source.h"
#include "image/verified_reader.h"
#include "parse/json.h"

namespace tallyman {
namespace {

constexpr std::size_t kManifestLimit = 4 << 20;
constexpr std::string_view kRefName = "org.opencontainers.image.ref.name";

// A regular file below the layout: a link or a device there is refused, since whoever wrote the
// layout would choose what we read.
Result<std::unique_ptr<Reader>> open_regular(const std::filesystem::path& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return std::unexpected(file_error("opening", path));
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorKind::corrupt, "oci.malformed",
                fmt::format("{} is not a regular file", path.string()));
  }
  return open_file(path);
}

std::filesystem::path blob_path(const std::filesystem::path& folder, const Digest& digest) {
  return folder / "blobs" / digest.algorithm() / digest.hex();
}

Result<Bytes> read_blob(const std::filesystem::path& folder, const Descriptor& blob,
                        std::size_t limit) {
  std::unique_ptr<Reader> file = TRY(open_regular(blob_path(folder, blob.digest)));
  std::unique_ptr<Reader> verified = TRY(verify_blob(std::move(file), blob, "oci"));
  return read_all(*verified, limit);
}

class LayoutSource final : public ImageSource {
 public:
  LayoutSource(std::filesystem::path folder, Image image)
      : folder_(std::move(folder)), image_(std::move(image)) {}

  const Image& image() const override { return image_; }

  Result<std::unique_ptr<Reader>> open_layer(std::size_t index) override {
    const Descriptor& blob = image_.layers[index].blob;
    return verify_blob(TRY(open_regular(blob_path(folder_, blob.digest))), blob, "oci");
  }

 private:
  std::filesystem::path folder_;
  Image image_;
};

struct Named {
  std::string name;
  Descriptor manifest;
};

Result<std::vector<Named>> read_index(const std::filesystem::path& folder) {
  std::filesystem::path path = folder / "index.json";
  std::unique_ptr<Reader> file = TRY(open_regular(path));
  Bytes bytes = TRY(read_all(*file, kManifestLimit));
  Result<Json> document = Json::parse(bytes);
  if (!document) return std::unexpected(with_context(document.error(), path.string()));
  std::vector<Named> entries;
  const Json* manifests = document->find("manifests");
  if (manifests == nullptr || manifests->kind() != Json::Kind::array) {
    return fail(ErrorKind::corrupt, "oci.malformed",
                fmt::format("{}: no \"manifests\" list", path.string()));
  }
  for (const Json& item : manifests->items()) {
    Named entry;
    entry.manifest.media_type = item.text_of("mediaType");
    Result<Digest> digest = Digest::parse(item.text_of("digest"));
    if (!digest) return std::unexpected(with_context(digest.error(), path.string()));
    entry.manifest.digest = *digest;
    const Json* size = item.find("size");
    entry.manifest.size = size == nullptr ? 0 : size->unsigned_number().value_or(0);
    const Json* annotations = item.find("annotations");
    if (annotations != nullptr) entry.name = annotations->text_of(kRefName);
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::string list_names(const std::vector<Named>& entries) {
  std::string names;
  for (const Named& entry : entries) {
    if (!names.empty()) names += ", ";
    names += entry.name.empty() ? entry.manifest.digest.text() : entry.name;
  }
  return names.empty() ? "none" : names;
}

Result<Named> choose_entry(std::vector<Named> entries, const std::string& tag,
                           const std::filesystem::path& folder) {
  if (tag.empty() && entries.size() == 1) return std::move(entries.front());
  std::vector<Named> matching;
  for (const Named& entry : entries) {
    if (!tag.empty() && (entry.name == tag || entry.manifest.digest.text() == tag)) {
      matching.push_back(entry);
    }
  }
  if (matching.size() == 1) return std::move(matching.front());
  std::string hint = "name one as oci-dir:PATH:NAME; there are: " + list_names(entries);
  if (tag.empty() && !entries.empty()) {
    return fail(ErrorKind::invalid, "oci.ambiguous",
                fmt::format("{} holds {} images", folder.string(), entries.size()), hint);
  }
  if (matching.size() > 1) {
    return fail(ErrorKind::invalid, "oci.ambiguous",
                fmt::format("{} holds {} images named {}", folder.string(), matching.size(), tag),
                hint);
  }
  return fail(ErrorKind::not_found, "oci.no_such_image",
              fmt::format("{} has no image \"{}\"", folder.string(), tag), hint);
}

}  // namespace

Result<std::unique_ptr<ImageSource>> open_oci_layout(const std::filesystem::path& folder,
                                                     const std::string& tag,
                                                     const PlatformChoice& choice) {
  std::vector<Named> entries = TRY(read_index(folder));
  Named entry = TRY(choose_entry(std::move(entries), tag, folder));
  ImageFetcher fetcher{
      .manifest = [&](const std::string& key) -> Result<FetchedManifest> {
        bool first = key == entry.manifest.digest.text();
        Descriptor blob = entry.manifest;
        if (!first)
          blob = Descriptor{
              .media_type = {}, .digest = TRY(Digest::parse(key)), .size = 0, .urls = {}};
        Bytes bytes = TRY(read_blob(folder, blob, kManifestLimit));
        return FetchedManifest{blob.digest, blob.media_type, std::move(bytes)};
      },
      .blob = [&](const Descriptor& blob,
                  std::size_t limit) { return read_blob(folder, blob, limit); },
  };
  Image image = TRY(resolve_image(fetcher, entry.manifest.digest.text(), choice));
  image.name = entry.name.empty() ? folder.string() : folder.string() + ":" + entry.name;
  return std::make_unique<LayoutSource>(folder, std::move(image));
}

}  // namespace tallyman
