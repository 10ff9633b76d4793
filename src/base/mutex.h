#pragma once
// std::mutex with clang's thread-safety annotations, so that an unlocked write to a guarded
// member is a compile error in the clang preset.

#include <mutex>

#if defined(__clang__)
#define TALLYMAN_ANNOTATE(x) __attribute__((x))
#else
#define TALLYMAN_ANNOTATE(x)
#endif
#define GUARDED_BY(x) TALLYMAN_ANNOTATE(guarded_by(x))
#define REQUIRES_LOCK(x) TALLYMAN_ANNOTATE(requires_capability(x))

namespace tallyman {

class TALLYMAN_ANNOTATE(capability("mutex")) Mutex {
 public:
  void lock() TALLYMAN_ANNOTATE(acquire_capability()) { mutex_.lock(); }
  void unlock() TALLYMAN_ANNOTATE(release_capability()) { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

// Holds a Mutex for a scope. It is BasicLockable itself, so that a
// std::condition_variable_any can wait on it.
class TALLYMAN_ANNOTATE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) TALLYMAN_ANNOTATE(acquire_capability(mutex)) : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() TALLYMAN_ANNOTATE(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;
  void lock() TALLYMAN_ANNOTATE(acquire_capability()) { mutex_.lock(); }
  void unlock() TALLYMAN_ANNOTATE(release_capability()) { mutex_.unlock(); }

 private:
  Mutex& mutex_;
};

}  // namespace tallyman
