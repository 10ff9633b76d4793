#pragma once
// For tests only: makes small ustar archives in memory.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace tallyman::testing_support {

class TarBuilder {
 public:
  TarBuilder& file(std::string_view path, std::string_view content) {
    header(path, '0', {}, content.size());
    archive_ += content;
    archive_.resize((archive_.size() + 511) / 512 * 512, '\0');
    return *this;
  }
  TarBuilder& directory(std::string_view path) { return header(path, '5', {}, 0); }
  TarBuilder& symlink(std::string_view path, std::string_view target) {
    return header(path, '2', target, 0);
  }
  TarBuilder& hardlink(std::string_view path, std::string_view target) {
    return header(path, '1', target, 0);
  }
  TarBuilder& fifo(std::string_view path) { return header(path, '6', {}, 0); }
  // The archive so far with its two closing blocks.
  std::string finish() const { return archive_ + std::string(1024, '\0'); }

 private:
  TarBuilder& header(std::string_view path, char type, std::string_view target, std::size_t size) {
    std::array<char, 512> block{};
    auto put = [&](std::size_t at, std::string_view text) {
      std::copy(text.begin(), text.end(), block.begin() + static_cast<std::ptrdiff_t>(at));
    };
    auto octal = [&](std::size_t at, int digits, std::size_t value) {
      std::array<char, 32> text{};
      std::snprintf(text.data(), text.size(), "%0*zo", digits, value);
      put(at, text.data());
    };
    put(0, path.substr(0, 100));
    octal(100, 7, 0644);
    octal(108, 7, 0);
    octal(116, 7, 0);
    octal(124, 11, size);
    octal(136, 11, 0);
    put(148, "        ");
    block[156] = type;
    put(157, target.substr(0, 100));
    put(257, std::string_view("ustar\00000", 8));
    std::size_t sum = 0;
    for (char c : block) sum += static_cast<unsigned char>(c);
    octal(148, 6, sum);
    block[154] = '\0';
    archive_.append(block.data(), block.size());
    return *this;
  }

  std::string archive_;
};

}  // namespace tallyman::testing_support
