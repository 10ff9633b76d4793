#include "vuln/import.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <system_error>

#include "base/file.h"
#include "base/mutex.h"
#include "base/parallel.h"
#include "stream/zip.h"
#include "vuln/batch.h"
#include "vuln/feed_sources.h"
#include "vuln/index_builder.h"
#include "vuln/mapped_file.h"

namespace tallyman {
namespace {

constexpr std::size_t kMaxZipMembers = 10'000'000;
constexpr std::size_t kMaxProblems = 1000;

std::unexpected<Error> bad_zip(const FeedSource& source, const Error& error) {
  return fail(ErrorKind::corrupt, "feed.malformed",
              fmt::format("{}: {}", source.files.front().string(), error.context),
              "fetch that file again");
}

// The documents of a source, by number, from any thread.
class Documents {
 public:
  static Result<Documents> open(const FeedSource& source) {
    Documents documents(source);
    if (!source.zip) return documents;
    documents.file_ = TRY(MappedFile::open(source.files.front()));
    Result<ZipArchive> archive = ZipArchive::open(documents.file_.bytes(), kMaxZipMembers);
    if (!archive) return bad_zip(source, archive.error());
    for (const ZipMember& member : documents.archive_.emplace(std::move(*archive)).members()) {
      if (member.name.ends_with(".json")) documents.members_.push_back(&member);
    }
    return documents;
  }

  std::size_t size() const { return source_->zip ? members_.size() : source_->files.size(); }
  const FeedSource& source() const { return *source_; }

  Result<void> read(std::size_t i, std::size_t limit, Bytes& into) const {
    if (archive_) return archive_->extract(*members_[i], limit, into);
    into = TRY(read_file(source_->files[i], limit));
    return {};
  }

  // How problems name it: "Debian/all.zip:DSA-1-1.json", "my-feed/DSA-1-1.json".
  std::string path(std::size_t i) const {
    if (source_->zip) return fmt::format("{}:{}", source_->label, members_[i]->name);
    std::string name = source_->files[i].filename().string();
    return source_->label == name ? name : source_->label + "/" + name;
  }

 private:
  explicit Documents(const FeedSource& source) : source_(&source) {}

  const FeedSource* source_;
  MappedFile file_;
  std::optional<ZipArchive> archive_;
  std::vector<const ZipMember*> members_;  // into archive_, whose list does not move
};

// Takes batches as threads finish them and hands them to the builder in document order, so that
// the number of threads cannot be seen in the result.
class InOrder {
 public:
  InOrder(IndexBuilder& builder, const ImportOptions& options, std::uint64_t total)
      : builder_(builder), options_(options), total_(total) {}

  void begin_source() {
    MutexLock lock(mutex_);
    next_ = 0;
  }

  void put(std::size_t number, Result<Batch> batch) {
    MutexLock lock(mutex_);
    waiting_.emplace(number, std::move(batch));
    for (auto at = waiting_.find(next_); at != waiting_.end(); at = waiting_.find(++next_)) {
      add(std::move(at->second));
      waiting_.erase(at);
    }
  }

  // True once something failed: the rest need not be read.
  bool failed() {
    MutexLock lock(mutex_);
    return error_.has_value();
  }

  Result<std::vector<Problem>> finish() {
    MutexLock lock(mutex_);
    if (error_) return std::unexpected(*error_);
    if (more_problems_ > 0) {
      problems_.push_back({"feed.malformed",
                           {},
                           fmt::format("{} more documents could not be read", more_problems_),
                           false});
    }
    return std::move(problems_);
  }

 private:
  void add(Result<Batch> batch) REQUIRES_LOCK(mutex_) {
    if (!batch) {
      error_ = error_.value_or(batch.error());
      return;
    }
    done_ += batch->documents;
    for (Problem& problem : batch->problems) {
      if (problems_.size() < kMaxProblems) {
        problems_.push_back(std::move(problem));
      } else {
        ++more_problems_;
      }
    }
    if (Result<void> added = builder_.add(std::move(*batch)); !added && !error_) {
      error_ = added.error();
    }
    if (options_.progress) options_.progress(done_, total_);
  }

  IndexBuilder& builder_;
  const ImportOptions& options_;
  const std::uint64_t total_;
  Mutex mutex_;
  std::size_t next_ GUARDED_BY(mutex_) = 0;
  std::map<std::size_t, Result<Batch>> waiting_ GUARDED_BY(mutex_);
  std::vector<Problem> problems_ GUARDED_BY(mutex_);
  std::uint64_t more_problems_ GUARDED_BY(mutex_) = 0;
  std::uint64_t done_ GUARDED_BY(mutex_) = 0;
  std::optional<Error> error_ GUARDED_BY(mutex_);
};

// A thread's parser and buffers, borrowed by one task after the other.
class Workers {
 public:
  explicit Workers(const OsvLimits& limits) : limits_(limits) {}

  struct Worker {
    explicit Worker(const OsvLimits& limits) : builder(limits) {}
    BatchBuilder builder;
    Bytes bytes;
  };

  std::unique_ptr<Worker> take() {
    MutexLock lock(mutex_);
    if (idle_.empty()) return std::make_unique<Worker>(limits_);
    std::unique_ptr<Worker> worker = std::move(idle_.back());
    idle_.pop_back();
    return worker;
  }
  void give(std::unique_ptr<Worker> worker) {
    MutexLock lock(mutex_);
    idle_.push_back(std::move(worker));
  }

 private:
  const OsvLimits limits_;
  Mutex mutex_;
  std::vector<std::unique_ptr<Worker>> idle_ GUARDED_BY(mutex_);
};

Result<Batch> read_batch(const Documents& documents, std::size_t first, Workers::Worker& worker) {
  const OsvLimits limits;
  std::size_t end = std::min(first + kDocumentsPerBlock, documents.size());
  for (std::size_t i = first; i < end; ++i) {
    Result<void> read = documents.read(i, limits.document_bytes, worker.bytes);
    if (read) {
      worker.builder.add(worker.bytes, documents.path(i), documents.source().label);
    } else {
      worker.builder.add_unread(documents.path(i), read.error());
    }
  }
  return worker.builder.finish();
}

Result<void> read_source(const FeedSource& source, std::size_t threads, Workers& workers,
                         InOrder& merge) {
  Documents documents = TRY(Documents::open(source));
  merge.begin_source();
  std::size_t batches = (documents.size() + kDocumentsPerBlock - 1) / kDocumentsPerBlock;
  run_parallel(batches, threads, [&](std::size_t number) {
    if (merge.failed()) return;
    std::unique_ptr<Workers::Worker> worker = workers.take();
    merge.put(number, read_batch(documents, number * kDocumentsPerBlock, *worker));
    workers.give(std::move(worker));
  });
  return {};
}

// Also opens every zip once, so that a bad one is found before the work is done.
Result<std::uint64_t> count_documents(const std::vector<FeedSource>& sources) {
  std::uint64_t total = 0;
  for (const FeedSource& source : sources) {
    Documents documents = TRY(Documents::open(source));
    total += documents.size();
  }
  return total;
}

Result<void> replace_index(const std::filesystem::path& path, ByteView file) {
  std::error_code error;
  std::filesystem::path absolute = std::filesystem::absolute(path, error);
  if (error) return std::unexpected(file_error("resolving", path));
  TRY(make_folder(absolute.parent_path()));
  return write_file(absolute, file, Durability::synced);
}

}  // namespace

Result<ImportStats> import_feeds(const ImportOptions& options) {
  std::vector<FeedSource> sources = TRY(find_feed_sources(options.sources));
  std::uint64_t total = TRY(count_documents(sources));
  std::size_t threads = options.threads == 0 ? usable_processors() : options.threads;
  IndexBuilder builder;
  Workers workers{OsvLimits{}};
  InOrder merge(builder, options, total);
  for (const FeedSource& source : sources) {
    TRY(read_source(source, threads, workers, merge));
    if (merge.failed()) break;
  }
  ImportStats stats;
  stats.problems = TRY(merge.finish());
  Bytes file = TRY(builder.finish());
  stats.records = builder.stats().records;
  stats.withdrawn = builder.stats().withdrawn;
  stats.without_package = builder.stats().without_package;
  stats.superseded = builder.stats().superseded;
  stats.index_bytes = file.size();
  if (stats.records == 0) {
    return fail(ErrorKind::invalid, "feed.empty",
                fmt::format("no usable OSV record in {} documents", total),
                "give OSV zips, OSV documents (*.json), or folders of them");
  }
  TRY(replace_index(options.index_path, file));
  return stats;
}

}  // namespace tallyman
