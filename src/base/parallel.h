#pragma once
// Runs independent tasks on a few threads.

#include <cstddef>
#include <functional>

namespace tallyman {

// Calls task(0) ... task(count - 1), each exactly once, on at most `threads` threads (the
// caller's is one of them), starting them in index order; returns when all have returned. An
// exception in a task ends the program: tasks report by value.
void run_parallel(std::size_t count, std::size_t threads,
                  const std::function<void(std::size_t)>& task);

// The processors this process may use, at least 1.
std::size_t usable_processors();

}  // namespace tallyman
