#include <utility>

#include "image/resolve.h"
#include "image/source.h"

namespace tallyman {
namespace {

class RegistrySource final : public ImageSource {
 public:
  RegistrySource(std::unique_ptr<Registry> registry, std::string repository, Image image)
      : registry_(std::move(registry)),
        repository_(std::move(repository)),
        image_(std::move(image)) {}

  const Image& image() const override { return image_; }

  Result<std::unique_ptr<Reader>> open_layer(std::size_t index) override {
    return registry_->blob(repository_, image_.layers[index].blob);
  }

 private:
  std::unique_ptr<Registry> registry_;
  std::string repository_;
  Image image_;
};

}  // namespace

Result<std::unique_ptr<ImageSource>> open_registry_image(const Reference& reference,
                                                         const PlatformChoice& choice,
                                                         std::unique_ptr<Registry> registry) {
  Registry& api = *registry;
  const std::string& repository = reference.repository;
  ImageFetcher fetcher{
      .manifest = [&](const std::string& key) { return api.manifest(repository, key); },
      .blob = [&](const Descriptor& blob, std::size_t limit) -> Result<Bytes> {
        std::unique_ptr<Reader> reader = TRY(api.blob(repository, blob));
        return read_all(*reader, limit);
      },
  };
  Image image = TRY(resolve_image(fetcher, reference.manifest_key(), choice));
  image.name = reference.text();
  return std::make_unique<RegistrySource>(std::move(registry), repository, std::move(image));
}

}  // namespace tallyman
