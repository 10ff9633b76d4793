#include "store/envelope.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <vector>

#include "store/test_support.h"
#include "support/shared.h"

namespace tallyman {
namespace {

using namespace testing_support;

class EnvelopeTest : public ::testing::Test {
 protected:
  std::unique_ptr<KeyRing> make_ring(const std::string& name = "key") {
    auto ring = KeyRing::open(folder_.path() / name, true);
    EXPECT_TRUE(ring.has_value()) << ring.error().context;
    return std::move(*ring);
  }
  Error open_error(bool create = false) {
    auto ring = KeyRing::open(key_, create);
    EXPECT_FALSE(ring.has_value());
    return ring ? Error{} : ring.error();
  }
  TemporaryFolder folder_;
  std::filesystem::path key_ = folder_.path() / "key";
};

TEST_F(EnvelopeTest, OpensWhatItSealed) {
  auto ring = make_ring();
  for (const std::string& text : {std::string(), std::string("hunter2"),
                                  std::string("a\0b\n\xFF", 5), std::string(kMaximumSecret, 'x')}) {
    Bytes sealed = ring->seal(Secret(std::string(text)), "record").value();
    EXPECT_EQ(ring->open_sealed(sealed, "record").value().reveal(), text);
  }
}

TEST_F(EnvelopeTest, TheKeyFileOpensItLater) {
  Bytes sealed = make_ring()->seal(Secret("hunter2"), "record").value();
  auto again = KeyRing::open(key_, false);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ((*again)->open_sealed(sealed, "record").value().reveal(), "hunter2");
}

TEST_F(EnvelopeTest, SameSecretNeverSealsTheSame) {
  auto ring = make_ring();
  EXPECT_NE(ring->seal(Secret("hunter2"), "r").value(), ring->seal(Secret("hunter2"), "r").value());
}

TEST_F(EnvelopeTest, AnotherBindingDoesNotOpenIt) {
  auto ring = make_ring();
  Bytes sealed = ring->seal(Secret("hunter2"), "record a").value();
  auto opened = ring->open_sealed(sealed, "record b");
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, "store.secret_unreadable");
  EXPECT_EQ(opened.error().kind, ErrorKind::corrupt);
}

TEST_F(EnvelopeTest, AnotherKeyDoesNotOpenIt) {
  Bytes sealed = make_ring("one")->seal(Secret("hunter2"), "r").value();
  auto opened = make_ring("two")->open_sealed(sealed, "r");
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, "store.secret_unreadable");
}

TEST_F(EnvelopeTest, EveryFlippedBitIsNoticed) {
  auto ring = make_ring();
  Bytes sealed = ring->seal(Secret("hunter2"), "r").value();
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    Bytes damaged = sealed;
    damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ (1U << (bit % 8)));
    EXPECT_FALSE(ring->open_sealed(damaged, "r").has_value()) << "bit " << bit;
  }
}

TEST_F(EnvelopeTest, EveryOtherLengthIsNoticed) {
  auto ring = make_ring();
  Bytes sealed = ring->seal(Secret("hunter2"), "r").value();
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(ring->open_sealed(ByteView(sealed).first(size), "r").has_value()) << size;
  }
  sealed.push_back(0);
  EXPECT_FALSE(ring->open_sealed(sealed, "r").has_value());
  EXPECT_FALSE(ring->open_sealed(Bytes(10 << 20, 1), "r").has_value());
}

TEST_F(EnvelopeTest, TooLongASecretIsRefused) {
  auto sealed = make_ring()->seal(Secret(std::string(kMaximumSecret + 1, 'x')), "r");
  ASSERT_FALSE(sealed.has_value());
  EXPECT_EQ(sealed.error().kind, ErrorKind::too_large);
}

TEST_F(EnvelopeTest, KeyFileIsPrivateAndItsIdDoesNotRevealIt) {
  mode_t before = ::umask(0);
  auto ring = make_ring();
  ::umask(before);
  EXPECT_EQ(mode_of(key_), 0600U);
  EXPECT_EQ(ring->key_id().size(), 32U);
  EXPECT_EQ(file_text(key_).find(ring->key_id()), std::string::npos);
}

TEST_F(EnvelopeTest, MissingKeyIsNotMadeUnasked) {
  Error error = open_error();
  EXPECT_EQ(error.code, "key.missing");
  EXPECT_EQ(error.kind, ErrorKind::not_found);
  EXPECT_NE(error.hint.find(key_.string()), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(key_));
}

TEST_F(EnvelopeTest, KeyThatOthersMayReadIsRefused) {
  make_ring();
  for (unsigned mode : {0640U, 0604U, 0620U, 0666U}) {
    ::chmod(key_.c_str(), mode);
    Error error = open_error();
    EXPECT_EQ(error.code, "key.mode") << mode;
    EXPECT_EQ(error.kind, ErrorKind::denied);
    EXPECT_NE(error.hint.find("chmod 600"), std::string::npos);
  }
  ::chmod(key_.c_str(), 0400);
  EXPECT_TRUE(KeyRing::open(key_, false).has_value());
}

TEST_F(EnvelopeTest, KeyOfAnotherUserIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "SKIPPED: only root can give a file away";
  make_ring();
  ASSERT_EQ(::chown(key_.c_str(), 65534, 65534), 0);
  EXPECT_EQ(open_error().code, "key.owner");
}

TEST_F(EnvelopeTest, MalformedKeyFilesAreNeitherUsedNorReplaced) {
  make_ring();
  std::string good = file_text(key_);
  std::string other_digit = good;
  other_digit[20] = 'g';
  const std::vector<std::string> wrong = {"",
                                          "x",
                                          good.substr(0, good.size() - 2),
                                          good.substr(0, good.size() - 1),
                                          good + "\n",
                                          good + good,
                                          other_digit,
                                          "tallyman-key-2" + good.substr(14),
                                          std::string(100'000, 'a')};
  for (const std::string& text : wrong) {
    put_file(key_, text);
    EXPECT_EQ(open_error(true).code, "key.malformed") << text.substr(0, 90);
    EXPECT_TRUE(file_text(key_) == text) << "was changed";
  }
}

TEST_F(EnvelopeTest, FifoOfThatNameDoesNotHangUs) {
  ASSERT_EQ(::mkfifo(key_.c_str(), 0600), 0);
  EXPECT_EQ(open_error(true).code, "key.malformed");
}

TEST_F(EnvelopeTest, EightProcessesThatMakeItAtOnceShareOneKey) {
  std::vector<pid_t> children;
  for (int i = 0; i < 8; ++i) {
    children.push_back(start_child([&, i] {
      auto ring = KeyRing::open(key_, true);
      if (!ring) return 1;
      put_file(folder_.path() / ("id" + std::to_string(i)), (*ring)->key_id());
      return 0;
    }));
  }
  for (pid_t child : children) EXPECT_EQ(finish_child(child), 0);
  std::string id = KeyRing::open(key_, false).value()->key_id();
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(file_text(folder_.path() / ("id" + std::to_string(i))), id);
  }
}

}  // namespace
}  // namespace tallyman
