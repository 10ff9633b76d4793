#include "store/store.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstring>
#include <thread>
#include <vector>

#include "store/test_support.h"
#include "support/shared.h"

namespace tallyman {
namespace {

using namespace testing_support;

class StoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<Store> open() {
    auto store = Store::open(data_);
    EXPECT_TRUE(store.has_value()) << describe(store.error());
    return std::move(*store);
  }
  Error open_error() {
    auto store = Store::open(data_);
    EXPECT_FALSE(store.has_value());
    return store ? Error{} : store.error();
  }
  TemporaryFolder folder_;
  std::filesystem::path data_ = folder_.path() / "share" / "tallyman";
};

TEST_F(StoreTest, MakesAPrivateFolderAndTheKeyWithTheFirstSecret) {
  auto store = open();
  EXPECT_EQ(mode_of(data_), 0700U);
  EXPECT_FALSE(std::filesystem::exists(Store::key_file(data_)));
  ASSERT_TRUE(store->registries().add(record_of("a.test"), Secret("x")));
  EXPECT_EQ(mode_of(Store::key_file(data_)), 0600U);
  EXPECT_EQ(mode_of(Store::database_file(data_)), 0600U);
}

TEST_F(StoreTest, KeepsRecordsBetweenProcesses) {
  EXPECT_EQ(in_child([&] {
              auto store = Store::open(data_);
              if (!store) return 1;
              return (*store)->registries().add(record_of("a.test"), Secret("hunter2")) ? 0 : 2;
            }),
            0);
  EXPECT_EQ(open()->registries().password("a.test").value().reveal(), "hunter2");
}

TEST_F(StoreTest, LookingMakesNothing) {
  auto store = Store::open_existing(data_);
  ASSERT_TRUE(store.has_value());
  EXPECT_EQ(*store, nullptr);
  EXPECT_FALSE(std::filesystem::exists(data_.parent_path()));
  open();
  EXPECT_NE(Store::open_existing(data_).value(), nullptr);
}

TEST_F(StoreTest, StoreWithoutItsKeyFailsLoudlyAndMakesNoOther) {
  ASSERT_TRUE(open()->registries().add(record_of("a.test"), Secret("hunter2")));
  std::filesystem::path key = Store::key_file(data_);
  std::filesystem::rename(key, folder_.path() / "kept");
  Error error = open_error();
  EXPECT_EQ(error.code, "key.missing");
  EXPECT_EQ(error.kind, ErrorKind::not_found);
  EXPECT_NE(error.hint.find(key.string()), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(key));
  std::filesystem::rename(folder_.path() / "kept", key);
  EXPECT_EQ(open()->registries().password("a.test").value().reveal(), "hunter2");
}

TEST_F(StoreTest, StoreBesideAnotherKeyFailsLoudly) {
  ASSERT_TRUE(open()->registries().add(record_of("a.test"), Secret("hunter2")));
  std::filesystem::path key = Store::key_file(data_);
  std::filesystem::remove(key);
  ASSERT_TRUE(KeyRing::open(key, true).has_value());
  Error error = open_error();
  EXPECT_EQ(error.code, "key.mismatch");
  EXPECT_EQ(error.kind, ErrorKind::corrupt);
  EXPECT_NE(error.hint.find(key.string()), std::string::npos);
}

TEST_F(StoreTest, KeyLostWhileOpenStopsTheNextSecret) {
  auto store = open();
  ASSERT_TRUE(store->registries().add(record_of("a.test"), Secret("x")));
  std::filesystem::remove(Store::key_file(data_));
  ASSERT_TRUE(KeyRing::open(Store::key_file(data_), true).has_value());
  Error error = open_error();
  EXPECT_EQ(error.code, "key.mismatch");
  EXPECT_EQ(store->registries().password("a.test").value().reveal(), "x") << "still in memory";
}

TEST_F(StoreTest, WithNothingSealedALostKeyCostsNothing) {
  {
    auto store = open();
    ASSERT_TRUE(store->registries().add(record_of("a.test"), Secret("x")));
    ASSERT_TRUE(store->registries().remove("a.test"));
  }
  std::filesystem::remove(Store::key_file(data_));
  ASSERT_TRUE(open()->registries().add(record_of("b.test"), Secret("y")));
  EXPECT_EQ(open()->registries().password("b.test").value().reveal(), "y");
}

TEST_F(StoreTest, StolenDatabaseHoldsNoPassword) {
  const std::string password = "correct horse battery staple";
  auto store = open();
  ASSERT_TRUE(store->registries().add(record_of("a.test"), Secret(std::string(password))));
  ASSERT_TRUE(store->registries().update(record_of("a.test"), Secret(password + password)));
  for (const auto& entry : std::filesystem::directory_iterator(data_)) {
    std::string bytes = file_text(entry.path());
    for (std::size_t at = 0; at + 6 <= password.size(); ++at) {
      EXPECT_EQ(bytes.find(password.substr(at, 6)), std::string::npos) << entry.path();
    }
  }
}

TEST_F(StoreTest, EightProcessesAddAtOnce) {
  std::vector<pid_t> children;
  for (int p = 0; p < 8; ++p) {
    children.push_back(start_child([&, p] {
      auto store = Store::open(data_);
      if (!store) return 1;
      for (int i = 0; i < 5; ++i) {
        std::string name = "h" + std::to_string(p) + "-" + std::to_string(i) + ".test";
        if (!(*store)->registries().add(record_of(name), Secret("pw " + name))) return 2;
      }
      return (*store)->registries().list().value_or(std::vector<RegistryRecord>()).size() >= 5 ? 0
                                                                                               : 3;
    }));
  }
  for (pid_t child : children) EXPECT_EQ(finish_child(child), 0);
  auto store = open();
  auto records = store->registries().list().value();
  EXPECT_EQ(records.size(), 40U);
  for (const RegistryRecord& record : records) {
    EXPECT_EQ(store->registries().password(record.registry).value().reveal(),
              "pw " + record.registry);
  }
}

TEST_F(StoreTest, EightThreadsEachWithItsOwnConnectionAddAtOnce) {
  std::vector<std::string> problems(8);
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < 8; ++t) {
      threads.emplace_back([&, t] {
        auto store = Store::open(data_);
        if (!store) {
          problems[t] = describe(store.error());
          return;
        }
        auto added = (*store)->registries().add(record_of("t" + std::to_string(t)), Secret("x"));
        if (!added) problems[t] = describe(added.error());
      });
    }
  }
  EXPECT_THAT(problems, ::testing::Each(""));
  EXPECT_EQ(open()->registries().list().value().size(), 8U);
}

// Adds records until killed, and says so after each.
int add_for_ever(const std::filesystem::path& folder, int round, int pipe) {
  auto store = Store::open(folder);
  if (!store) return 1;
  for (int i = 0;; ++i) {
    std::string name = "r" + std::to_string(round) + "-" + std::to_string(i);
    if (!(*store)->registries().add(record_of(name), Secret("pw " + name))) return 2;
    if (::write(pipe, "+", 1) != 1) return 3;
  }
}

TEST_F(StoreTest, KillAtAnyMomentLosesNothingAcknowledged) {
  std::size_t acknowledged = 0;
  for (int round = 0; round < 12; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    pid_t child = start_child([&] { return add_for_ever(data_, round, ends[1]); });
    ::close(ends[1]);
    char byte = 0;
    for (int i = 0; i < round / 2; ++i) {
      acknowledged += static_cast<std::size_t>(::read(ends[0], &byte, 1));
    }
    ::kill(child, SIGKILL);
    finish_child(child);
    while (::read(ends[0], &byte, 1) == 1) ++acknowledged;
    ::close(ends[0]);
    auto store = open();
    auto records = store->registries().list().value();
    // One more may have been committed in each round than was acknowledged.
    EXPECT_GE(records.size(), acknowledged);
    EXPECT_LE(records.size(), acknowledged + static_cast<std::size_t>(round) + 1);
    for (const RegistryRecord& record : records) {
      EXPECT_EQ(store->registries().password(record.registry).value().reveal(),
                "pw " + record.registry);
    }
  }
}

// Runs `body` where files cannot grow beyond `bytes`: writing fails with EFBIG, as it fails with
// ENOSPC on a full disk.
int with_full_disk(rlim_t bytes, const std::function<int()>& body) {
  return in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{.rlim_cur = bytes, .rlim_max = bytes};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 100;
    return body();
  });
}

TEST_F(StoreTest, FullDiskIsAnErrorAndKeepsWhatThereIs) {
  ASSERT_TRUE(open()->registries().add(record_of("old.test"), Secret("old")));
  rlim_t size = std::filesystem::file_size(Store::database_file(data_)) + 1000;
  int status = with_full_disk(size, [&] {
    auto store = Store::open(data_);
    if (!store) return store.error().code == "store.full" ? 0 : 1;
    for (int i = 0; i < 10'000; ++i) {
      RegistryRecord record = record_of("n" + std::to_string(i));
      record.name = std::string(2000, 'x');
      auto added = (*store)->registries().add(record, Secret("x"));
      if (added) continue;
      if (added.error().code != "store.full" || added.error().hint.empty()) return 2;
      return (*store)->registries().password("old.test").value().reveal() == "old" ? 0 : 3;
    }
    return 4;
  });
  EXPECT_EQ(status, 0);
  auto store = open();
  EXPECT_EQ(store->registries().password("old.test").value().reveal(), "old");
  EXPECT_TRUE(store->registries().add(record_of("later.test"), Secret("y")));
}

TEST_F(StoreTest, FullDiskAtFirstUseLeavesNothingHalfMade) {
  for (rlim_t bytes : {rlim_t{0}, rlim_t{100}, rlim_t{5000}, rlim_t{40'000}}) {
    int status = with_full_disk(bytes, [&] {
      auto store = Store::open(data_);
      if (store && (*store)->registries().add(record_of("a.test"), Secret("x"))) return 1;
      return 0;
    });
    ASSERT_LE(status, 1) << bytes;
    auto store = open();
    EXPECT_EQ(store->registries().list().value().size(), status == 1 ? 1U : 0U) << bytes;
    if (status == 1) break;
  }
  EXPECT_TRUE(open()->registries().add(record_of("b.test"), Secret("y")));
}

TEST_F(StoreTest, FolderThatCannotBeMadeIsNamed) {
  put_file(folder_.path() / "share", "a file where a folder should be");
  Error error = open_error();
  EXPECT_NE(error.context.find(data_.parent_path().string()), std::string::npos) << error.context;
}

}  // namespace
}  // namespace tallyman
