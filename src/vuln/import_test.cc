#include "vuln/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <vector>

#include "vuln/testing/feed_builder.h"

namespace tallyman {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing_support::make_zip;
using testing_support::Members;
using testing_support::simple_document;
using testing_support::write_text;

class Import : public testing::Test {
 protected:
  std::filesystem::path path(std::string_view name) const { return folder_.path() / name; }

  Result<ImportStats> import(std::vector<std::filesystem::path> sources, std::size_t threads = 2) {
    ImportOptions options;
    options.sources = std::move(sources);
    options.index_path = path("index");
    options.threads = threads;
    return import_feeds(options);
  }
  std::string index_bytes() const {
    Result<Bytes> bytes = read_file(path("index"), 64 << 20);
    return bytes ? std::string(as_text(*bytes)) : "";
  }
  std::unique_ptr<VulnerabilityIndex> open_index() {
    auto index = VulnerabilityIndex::open(path("index"));
    EXPECT_TRUE(index);
    return index ? std::move(*index) : nullptr;
  }

  testing_support::TemporaryFolder folder_;
};

TEST_F(Import, ReadsZipsFoldersAndSingleDocuments) {
  write_text(path("feeds/Debian/all.zip"),
             make_zip({{"A-1.json", simple_document("A-1", "Debian:12", "p", "1")},
                       {"readme.txt", "not a record"}}));
  write_text(path("feeds/own/A-2.json"), simple_document("A-2", "Debian:12", "p", "2"));
  write_text(path("A-3.json"), simple_document("A-3", "Debian:12", "p", "3"));
  Result<ImportStats> stats = import({path("feeds"), path("A-3.json")});
  ASSERT_TRUE(stats) << describe(stats.error());
  EXPECT_EQ(stats->records, 3U);
  EXPECT_THAT(stats->problems, IsEmpty());
  auto index = open_index();
  EXPECT_EQ(stats->index_bytes, index_bytes().size());
  std::vector<std::string> sources;
  for (std::uint32_t i = 0; i < 3; ++i) sources.push_back(index->record(i)->data_source);
  EXPECT_THAT(sources, ElementsAre("Debian/all.zip", "own", "A-3.json"));
}

TEST_F(Import, NamesAZipByItsFolderWhenItIsCalledAll) {
  write_text(path("Debian/all.zip"),
             make_zip({{"A-1.json", simple_document("A-1", "Debian:12", "p", "1")}}));
  ASSERT_TRUE(import({path("Debian/all.zip")}));
  EXPECT_EQ(open_index()->record(0)->data_source, "Debian/all.zip");
}

std::string document_of(std::string_view id, std::string_view modified, std::string_view fixed,
                        std::string_view more = "") {
  return R"({"id":")" + std::string(id) + R"(","modified":")" + std::string(modified) + "\"," +
         std::string(more) + R"("affected":[{"package":{"ecosystem":"Debian:12","name":"p"},
         "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":")" +
         std::string(fixed) + "\"}]}]}]}";
}

TEST_F(Import, KeepsTheNewestOfAnId) {
  write_text(path("1.zip"),
             make_zip({{"a.json", document_of("A-1", "2024-02-01T00:00:00Z", "2")},
                       {"b.json", document_of("A-2", "2024-02-01T00:00:00Z", "2")},
                       {"c.json", document_of("A-3", "2024-02-01T00:00:00Z", "2")}}));
  write_text(path("2.zip"),
             make_zip({{"a.json", document_of("A-1", "2024-03-01T00:00:00Z", "3")},
                       {"b.json", document_of("A-2", "2024-01-01T00:00:00Z", "1")},
                       {"c.json", document_of("A-3", "2024-02-01T00:00:00Z", "9")}}));
  Result<ImportStats> stats = import({path("1.zip"), path("2.zip")});
  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->records, 3U);
  EXPECT_EQ(stats->superseded, 3U);
  auto index = open_index();
  EntryList entries = index->lookup("Debian:12", "p");
  std::vector<std::string> seen;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    Result<VulnerabilityRecord> record = index->record(entries[i].record);
    ASSERT_TRUE(record);
    seen.push_back(record->id + " " + std::string(entries[i].ranges[0].fixed));
  }
  // A-1: the newer; A-2: the newer, read first; A-3: of equal age, the first.
  EXPECT_THAT(seen, ElementsAre("A-2 2", "A-3 2", "A-1 3"));
}

TEST_F(Import, LeavesOutWithdrawnAndUnmatchableRecords) {
  constexpr std::string_view kWithdrawn = R"("withdrawn":"2024-05-01T00:00:00Z",)";
  write_text(path("1.zip"),
             make_zip({{"a.json", document_of("A-1", "2024-01-01T00:00:00Z", "1")},
                       {"b.json", document_of("A-2", "2024-01-01T00:00:00Z", "1", kWithdrawn)},
                       {"c.json", R"({"id":"A-3"})"},
                       {"d.json", document_of("A-4", "2024-01-01T00:00:00Z", "1")},
                       {"e.json", document_of("A-4", "2024-02-01T00:00:00Z", "1", kWithdrawn)}}));
  Result<ImportStats> stats = import({path("1.zip")});
  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->records, 1U);
  EXPECT_EQ(stats->withdrawn, 2U);
  EXPECT_EQ(stats->without_package, 1U);
  EXPECT_EQ(stats->superseded, 1U);
  auto index = open_index();
  EXPECT_EQ(index->lookup("Debian:12", "p").size(), 1U);
  EXPECT_EQ(index->record(0)->id, "A-1");
}

TEST_F(Import, NamesADocumentThatItCannotRead) {
  std::string zip = make_zip({{"good.json", simple_document("A-1", "Debian:12", "p", "1")},
                              {"cut.json", R"({"id":"A-2")"},
                              {"damaged.json", R"({"id":"A-3","summary":"XYZZY"})"}});
  zip[zip.find("XYZZY")] = 'x';  // the checksum no longer fits
  write_text(path("feed.zip"), zip);
  Result<ImportStats> stats = import({path("feed.zip")});
  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->records, 1U);
  ASSERT_THAT(stats->problems, SizeIs(2));
  EXPECT_EQ(stats->problems[0].path, "feed.zip:cut.json");
  EXPECT_EQ(stats->problems[0].code, "feed.malformed");
  EXPECT_EQ(stats->problems[1].path, "feed.zip:damaged.json");
  EXPECT_EQ(stats->problems[1].code, "zip.checksum");
}

TEST_F(Import, BoundsTheListOfProblems) {
  Members members = {{"good.json", simple_document("A-1", "Debian:12", "p", "1")}};
  for (int i = 0; i < 1010; ++i) members.emplace_back(std::to_string(i) + ".json", "{}");
  write_text(path("feed.zip"), make_zip(members));
  Result<ImportStats> stats = import({path("feed.zip")});
  ASSERT_TRUE(stats);
  ASSERT_THAT(stats->problems, SizeIs(1001));
  EXPECT_THAT(stats->problems.back().message, HasSubstr("10 more"));
}

Members many_documents() {
  Members members;
  for (int i = 0; i < 1000; ++i) {
    std::string n = std::to_string(i);
    members.emplace_back(n + ".json",
                         simple_document("A-" + std::to_string(i % 900), "Debian:12",
                                         "package-" + std::to_string(i % 100), n + "-1",
                                         "\"summary\":\"number " + n + "\""));
  }
  return members;
}

TEST_F(Import, GivesTheSameBytesWhateverTheThreads) {
  write_text(path("many.zip"), make_zip(many_documents()));
  ASSERT_TRUE(import({path("many.zip")}, 1));
  std::string one = index_bytes();
  for (std::size_t threads : {2U, 3U, 8U}) {
    ASSERT_TRUE(import({path("many.zip")}, threads));
    EXPECT_TRUE(index_bytes() == one) << threads;
  }
  EXPECT_TRUE(open_index()->verify_digest());
}

TEST_F(Import, ReportsProgress) {
  write_text(path("many.zip"), make_zip(many_documents()));
  std::uint64_t last = 0;
  ImportOptions options;
  options.sources = {path("many.zip")};
  options.index_path = path("index");
  options.progress = [&](std::uint64_t done, std::uint64_t total) {
    EXPECT_GT(done, last);
    EXPECT_EQ(total, 1000U);
    last = done;
  };
  ASSERT_TRUE(import_feeds(options));
  EXPECT_EQ(last, 1000U);
}

TEST_F(Import, LeavesTheOldIndexWhenSomethingFails) {
  write_text(path("good.zip"),
             make_zip({{"a.json", simple_document("A-1", "Debian:12", "p", "1")}}));
  ASSERT_TRUE(import({path("good.zip")}));
  std::string before = index_bytes();
  write_text(path("bad.zip"), "PK\x03\x04 and no directory");
  write_text(path("empty/none.txt"), "");
  write_text(path("useless.zip"), make_zip({{"a.json", R"({"id":"A-1"})"}}));
  EXPECT_EQ(import({path("good.zip"), path("bad.zip")}).error().code, "feed.malformed");
  EXPECT_THAT(import({path("bad.zip")}).error().context, HasSubstr("bad.zip"));
  EXPECT_EQ(import({path("nowhere")}).error().code, "feed.missing");
  EXPECT_EQ(import({path("empty")}).error().code, "feed.empty");
  EXPECT_EQ(import({path("useless.zip")}).error().code, "feed.empty");
  EXPECT_EQ(import({}).error().code, "feed.empty");
  EXPECT_TRUE(index_bytes() == before);
}

// A process that may not write files as large as the index (as on a full disk).
TEST_F(Import, LeavesTheOldIndexWhenTheNewOneCannotBeWritten) {
  write_text(path("good.zip"),
             make_zip({{"a.json", simple_document("A-1", "Debian:12", "p", "1")}}));
  ASSERT_TRUE(import({path("good.zip")}));
  std::string before = index_bytes();
  pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit{100, 100};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::_exit(import({path("good.zip")}, 1) ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_TRUE(index_bytes() == before);
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    if (entry.path().filename().string().starts_with(".")) ++files;
  }
  EXPECT_EQ(files, 0U) << "temporary files left";
}

TEST(IndexBuilder, BoundsItsPools) {
  IndexBuilder builder(500);
  BatchBuilder batches{OsvLimits{}};
  for (int i = 0; i < 100; ++i) {
    Bytes bytes = testing_support::bytes_of(
        simple_document("A-" + std::to_string(i), "Debian:12", "p-" + std::to_string(i), "1"));
    batches.add(bytes, "a", "b");
  }
  EXPECT_EQ(builder.add(*batches.finish()).error().code, "feed.too_large");
}

TEST(BatchBuilder, BoundsTheDetailsOfOneRecord) {
  BatchBuilder batches{OsvLimits{}};
  std::string aliases;
  for (int i = 0; i < 200; ++i) {
    aliases += (i == 0 ? "\"" : ",\"") + std::to_string(i) + std::string(3000, 'x') + "\"";
  }
  Bytes large = testing_support::bytes_of(
      simple_document("A-1", "Debian:12", "p", "1", "\"aliases\":[" + aliases + "]"));
  Bytes small = testing_support::bytes_of(simple_document("A-2", "Debian:12", "p", "1"));
  batches.add(large, "large", "b");
  batches.add(small, "small", "b");
  Result<Batch> batch = batches.finish();
  ASSERT_TRUE(batch);
  ASSERT_THAT(batch->problems, SizeIs(1));
  EXPECT_EQ(batch->problems[0].code, "feed.too_large");
  EXPECT_THAT(batch->records, SizeIs(1));
}

}  // namespace
}  // namespace tallyman
