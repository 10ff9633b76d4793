// The yardstick of the whole-image benches. One process that pulls an image's gzip layers from a
// registry over TLS, hashes the packed bytes, inflates them with ISA-L, hashes the tar, walks its
// headers, and does nothing else: what is left of a scan when everything clever is taken away.
//
//   bench_harness https://HOST REPOSITORY TAG CA-FILE USER [THREADS] [--no-diff-id]
//
// The password is $HARNESS_PASSWORD. Prints one line of JSON. Exits 1 if a digest or a size is
// not the manifest's, so that a fast wrong answer is none.

#include <curl/curl.h>
#include <fmt/format.h>
#include <isa-l/igzip_lib.h>
#include <openssl/evp.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

constexpr long kReceiveBuffer = 512L * 1024;
constexpr std::size_t kInflateBuffer = 256UZ * 1024;
constexpr std::size_t kBlock = 512;  // of a tar

struct Options {
  std::string registry, repository, tag, ca_file, user;
  std::size_t threads = 2;
  bool diff_id = true;
};

class Sha256 {
 public:
  Sha256() { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }
  void update(const void* data, std::size_t size) { EVP_DigestUpdate(context_.get(), data, size); }
  std::string finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    unsigned size = 0;
    EVP_DigestFinal_ex(context_.get(), hash.data(), &size);
    std::string text = "sha256:";
    for (unsigned i = 0; i < size; ++i) text += fmt::format("{:02x}", hash[i]);
    return text;
  }

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_{EVP_MD_CTX_new()};
};

// Walks the headers of a tar that comes in pieces: reads sizes, skips contents.
class TarWalk {
 public:
  void feed(const std::uint8_t* data, std::size_t size) {
    while (size > 0) {
      if (skip_ > 0) {
        std::size_t step = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, size));
        skip_ -= step;
        data += step;
        size -= step;
        continue;
      }
      std::size_t step = std::min(kBlock - filled_, size);
      std::memcpy(header_.data() + filled_, data, step);
      filled_ += step;
      data += step;
      size -= step;
      if (filled_ == kBlock) take_header();
    }
  }
  std::uint64_t entries() const { return entries_; }

 private:
  void take_header() {
    filled_ = 0;
    if (header_[0] == 0) return;  // the end
    char type = static_cast<char>(header_[156]);
    if (type != 'x' && type != 'g' && type != 'L' && type != 'K') ++entries_;
    skip_ = (size_field() + kBlock - 1) / kBlock * kBlock;
  }
  std::uint64_t size_field() const {
    std::uint64_t value = 0;
    if ((header_[124] & 0x80) != 0) {  // base-256
      for (std::size_t i = 128; i < 136; ++i) value = value << 8 | header_[i];
      return value;
    }
    for (std::size_t i = 124; i < 136 && header_[i] >= '0' && header_[i] <= '7'; ++i) {
      value = value * 8 + static_cast<std::uint64_t>(header_[i] - '0');
    }
    return value;
  }

  std::array<std::uint8_t, kBlock> header_{};
  std::size_t filled_ = 0;
  std::uint64_t skip_ = 0;
  std::uint64_t entries_ = 0;
};

struct Layer {
  std::string digest;
  std::uint64_t size = 0;
  std::string diff_id;
};

// One layer on its way through: packed bytes in, digests and counts out.
class LayerRun {
 public:
  explicit LayerRun(bool diff_id) : diff_id_(diff_id) { start_member(); }

  void feed(std::uint8_t* data, std::size_t size) {
    packed_hash_.update(data, size);
    packed_ += size;
    inflate_.next_in = data;
    inflate_.avail_in = static_cast<std::uint32_t>(size);
    do {
      if (inflate_.block_state == ISAL_BLOCK_FINISH) {
        if (inflate_.avail_in == 0) return;
        start_member();
      }
      inflate_.next_out = output_.data();
      inflate_.avail_out = kInflateBuffer;
      if (isal_inflate(&inflate_) != ISAL_DECOMP_OK) throw std::runtime_error("not gzip");
      take(kInflateBuffer - inflate_.avail_out);
    } while (inflate_.avail_in > 0 || inflate_.avail_out == 0);
  }

  void check(const Layer& layer) {
    if (inflate_.block_state != ISAL_BLOCK_FINISH) throw std::runtime_error("gzip is truncated");
    if (packed_ != layer.size) throw std::runtime_error("size differs");
    if (packed_hash_.finish() != layer.digest) throw std::runtime_error("digest differs");
    if (diff_id_ && tar_hash_.finish() != layer.diff_id)
      throw std::runtime_error("diff ID differs");
  }
  std::uint64_t packed() const { return packed_; }
  std::uint64_t unpacked() const { return unpacked_; }
  std::uint64_t entries() const { return walk_.entries(); }

 private:
  void start_member() {  // keeps the input that is left
    std::uint8_t* next = inflate_.next_in;
    std::uint32_t available = inflate_.avail_in;
    isal_inflate_init(&inflate_);
    inflate_.crc_flag = ISAL_GZIP;
    inflate_.next_in = next;
    inflate_.avail_in = available;
  }
  void take(std::size_t size) {
    if (diff_id_) tar_hash_.update(output_.data(), size);
    walk_.feed(output_.data(), size);
    unpacked_ += size;
  }

  bool diff_id_;
  inflate_state inflate_{};
  std::vector<std::uint8_t> output_ = std::vector<std::uint8_t>(kInflateBuffer);
  Sha256 packed_hash_, tar_hash_;
  TarWalk walk_;
  std::uint64_t packed_ = 0, unpacked_ = 0;
};

// A connection that is used for one request after another.
class Connection {
 public:
  explicit Connection(const Options& options) : options_(options) {
    const char* password = std::getenv("HARNESS_PASSWORD");  // NOLINT(concurrency-mt-unsafe)
    CURL* curl = curl_.get();
    curl_easy_setopt(curl, CURLOPT_CAINFO, options.ca_file.c_str());
    curl_easy_setopt(curl, CURLOPT_USERNAME, options.user.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, password != nullptr ? password : "");
    curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, kReceiveBuffer);
    curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
  }

  std::string manifest(const std::string& key) {
    return document("/manifests/" + key,
                    "Accept: application/vnd.oci.image.manifest.v1+json, "
                    "application/vnd.docker.distribution.manifest.v2+json");
  }
  std::string config(const std::string& digest) {
    return document("/blobs/" + digest, "Accept: */*");
  }

  void blob(const std::string& digest, LayerRun& run) {
    curl_write_callback write = [](char* data, std::size_t, std::size_t size, void* target) {
      static_cast<LayerRun*>(target)->feed(reinterpret_cast<std::uint8_t*>(data), size);
      return size;
    };
    get("/blobs/" + digest, "Accept: */*", write, &run);
  }

 private:
  std::string document(const std::string& path, const char* accept) {
    std::string text;
    curl_write_callback write = [](char* data, std::size_t, std::size_t size, void* target) {
      static_cast<std::string*>(target)->append(data, size);
      return size;
    };
    get(path, accept, write, &text);
    return text;
  }
  void get(const std::string& path, const char* accept, curl_write_callback write, void* target) {
    CURL* curl = curl_.get();
    std::string url = options_.registry + "/v2/" + options_.repository + path;
    std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(
        curl_slist_append(nullptr, accept), curl_slist_free_all);
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, write);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, target);
    CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK) throw std::runtime_error(path + ": " + curl_easy_strerror(code));
  }

  const Options& options_;
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl_{curl_easy_init(), curl_easy_cleanup};
};

std::vector<Layer> read_image(const Options& options) {
  Connection connection(options);
  simdjson::dom::parser parser;
  std::vector<Layer> layers;
  simdjson::padded_string manifest(connection.manifest(options.tag));
  simdjson::dom::element document = parser.parse(manifest);
  for (simdjson::dom::element layer : document["layers"]) {
    layers.push_back(
        {std::string(std::string_view(layer["digest"])), std::uint64_t(layer["size"]), {}});
  }
  std::string config_digest{std::string_view(document["config"]["digest"])};
  simdjson::padded_string config(connection.config(config_digest));
  std::size_t i = 0;
  for (simdjson::dom::element id : parser.parse(config)["rootfs"]["diff_ids"]) {
    if (i < layers.size()) layers[i++].diff_id = std::string(std::string_view(id));
  }
  return layers;
}

struct Totals {
  std::atomic<std::uint64_t> packed = 0, unpacked = 0, entries = 0;
};

// Layers are taken from the front of a list that is sorted largest first.
void work(const Options& options, const std::vector<Layer>& layers, std::atomic<std::size_t>& next,
          Totals& totals) {
  Connection connection(options);
  for (std::size_t i = next++; i < layers.size(); i = next++) {
    LayerRun run(options.diff_id);
    connection.blob(layers[i].digest, run);
    run.check(layers[i]);
    totals.packed += run.packed();
    totals.unpacked += run.unpacked();
    totals.entries += run.entries();
  }
}

void pull(const Options& options) {
  std::vector<Layer> layers = read_image(options);
  std::ranges::sort(layers, std::greater{}, &Layer::size);
  std::atomic<std::size_t> next = 0;
  Totals totals;
  std::atomic<bool> failed = false;
  {
    std::vector<std::jthread> threads;
    threads.reserve(options.threads);
    for (std::size_t i = 0; i < options.threads; ++i) {
      threads.emplace_back([&] {
        try {
          work(options, layers, next, totals);
        } catch (const std::exception& error) {
          fmt::print(stderr, "bench_harness: {}\n", error.what());
          failed = true;
        }
      });
    }
  }
  if (failed) throw std::runtime_error("a layer failed");
  fmt::print("{{\"layers\": {}, \"packed\": {}, \"unpacked\": {}, \"entries\": {}}}\n",
             layers.size(), totals.packed.load(), totals.unpacked.load(), totals.entries.load());
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  Options options;
  if (auto flag = std::ranges::find(words, "--no-diff-id"); flag != words.end()) {
    options.diff_id = false;
    words.erase(flag);
  }
  if (words.size() < 5 || words.size() > 6) {
    fmt::print(stderr,
               "usage: bench_harness URL REPOSITORY TAG CA-FILE USER [THREADS] [--no-diff-id]\n");
    return 3;
  }
  options.registry = words[0];
  options.repository = words[1];
  options.tag = words[2];
  options.ca_file = words[3];
  options.user = words[4];
  try {
    if (words.size() == 6) options.threads = std::stoul(words[5]);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    pull(options);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_harness: {}\n", error.what());
    return 1;
  }
}
