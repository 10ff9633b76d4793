#include "scan/facts_cache.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "image/facts_builder.h"
#include "support/shared.h"

namespace tallyman {
namespace {

using testing_support::TemporaryFolder;

Digest digest_of(std::uint8_t seed) {
  std::array<std::uint8_t, 32> bytes{};
  bytes[0] = seed;
  return Digest::from_bytes(bytes);
}

LayerFacts sample(std::uint8_t seed, std::size_t paths = 10) {
  Limits limits;
  FactsBuilder builder(digest_of(seed), limits);
  for (std::size_t i = 0; i < paths; ++i) {
    builder.member("usr/share/file" + std::to_string(i), EntryKind::file);
  }
  LayerFacts facts = std::move(builder).finish();
  facts.blob = digest_of(seed);
  facts.diff_id = digest_of(static_cast<std::uint8_t>(seed + 100));
  return facts;
}

std::filesystem::path only_file_in(const std::filesystem::path& folder) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) return entry.path();
  }
  return {};
}

class FactsCacheTest : public ::testing::Test {
 protected:
  std::unique_ptr<FactsCache> open() {
    auto cache = FactsCache::open(folder_.path(), dispatcher_, limits_);
    EXPECT_TRUE(cache) << describe(cache.error());
    return std::move(*cache);
  }
  TemporaryFolder folder_;
  Dispatcher dispatcher_;
  Limits limits_;
};

TEST_F(FactsCacheTest, KeepsFacts) {
  auto cache = open();
  EXPECT_FALSE(cache->load(digest_of(1), {}));
  ASSERT_TRUE(cache->save(sample(1), {}));
  EXPECT_EQ(cache->load(digest_of(1), {}), sample(1));
  EXPECT_FALSE(cache->load(digest_of(2), {}));
}

TEST_F(FactsCacheTest, SecondLooksAreEntriesOfTheirOwn) {
  auto cache = open();
  std::vector<PathAlias> aliases = {{"data/db", "var/db"}};
  ASSERT_TRUE(cache->save(sample(1), aliases));
  EXPECT_FALSE(cache->load(digest_of(1), {}));
  EXPECT_TRUE(cache->load(digest_of(1), aliases));
}

TEST_F(FactsCacheTest, OtherLimitsAreAnotherFingerprint) {
  ASSERT_TRUE(open()->save(sample(1), {}));
  limits_.entries = 5;
  EXPECT_FALSE(open()->load(digest_of(1), {}));
}

TEST_F(FactsCacheTest, DamagedEntriesAreNoEntries) {
  auto cache = open();
  ASSERT_TRUE(cache->save(sample(1), {}));
  std::filesystem::path entry = only_file_in(folder_.path());
  auto size = std::filesystem::file_size(entry);
  for (std::uintmax_t cut : {size - 1, size / 2, std::uintmax_t{39}, std::uintmax_t{0}}) {
    std::filesystem::resize_file(entry, cut);
    EXPECT_FALSE(cache->load(digest_of(1), {})) << cut;
  }
  ASSERT_TRUE(cache->save(sample(1), {}));
  {
    std::fstream file(entry, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(size - 3));
    file.put('\x55');
  }
  EXPECT_FALSE(cache->load(digest_of(1), {}));
  ASSERT_TRUE(cache->save(sample(1), {}));
  EXPECT_TRUE(cache->load(digest_of(1), {}));
}

TEST_F(FactsCacheTest, EntryUnderAnotherDigestIsNotBelieved) {
  auto cache = open();
  ASSERT_TRUE(cache->save(sample(1), {}));
  std::filesystem::path entry = only_file_in(folder_.path());
  std::filesystem::copy_file(entry, entry.parent_path() / digest_of(2).hex());
  EXPECT_FALSE(cache->load(digest_of(2), {}));
}

// A writer killed at any moment leaves the old entry, the new one or none: never a bad one.
TEST_F(FactsCacheTest, KilledWriterLeavesNoBadEntry) {
  auto cache = open();
  LayerFacts facts = sample(1, 20'000);
  for (int round = 0; round < 20; ++round) {
    int pipe_fds[2];
    ASSERT_EQ(::pipe(pipe_fds), 0);
    pid_t child = ::fork();
    if (child == 0) {
      while (true) {
        static_cast<void>(cache->save(facts, {}));
        if (::write(pipe_fds[1], "x", 1) != 1) ::_exit(1);
      }
    }
    // The child dies somewhere in one of its next saves.
    char saved = 0;
    for (int i = 0; i < round; ++i) ASSERT_EQ(::read(pipe_fds[0], &saved, 1), 1);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::close(pipe_fds[0]);
    ::close(pipe_fds[1]);
    // Whatever is there under the entry's name is whole.
    std::optional<LayerFacts> loaded = cache->load(digest_of(1), {});
    if (loaded) {
      EXPECT_EQ(*loaded, facts);
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
      if (entry.path().filename() == std::string(digest_of(1).hex())) {
        EXPECT_TRUE(loaded);
      }
    }
  }
}

TEST_F(FactsCacheTest, UnwritableFolderIsAnErrorWithAHint) {
  std::filesystem::path file = folder_.path() / "file";
  std::ofstream(file) << "x";
  auto cache = FactsCache::open(file / "cache", dispatcher_, limits_);
  ASSERT_FALSE(cache);
  EXPECT_EQ(cache.error().code, "cache.unwritable");
  EXPECT_NE(cache.error().hint.find("--no-cache"), std::string::npos);
}

}  // namespace
}  // namespace tallyman
