// lamina/core/parallel.hpp: the one pool of threads.
//
// Work is a number of tasks that each write their own place, so results depend neither on timing nor on the number of threads.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina {

/// Threads that wait for work. Made once, grown to the largest number asked for, joined at the end of the program.
class Pool {
public:
    static Pool& shared()
    {
        static Pool pool;
        return pool;
    }

    Pool() = default;
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    ~Pool()
    {
        {
            const std::lock_guard lock(guard);
            ending = true;
        }
        wake.notify_all();
        for (auto& worker : workers) worker.join();
    }

    /// Calls `work(i)` or `work(i, thread)` for every i in [0, count) on at most `threads` threads, the caller's among them,
    /// and returns when all are done; `thread` is a number below `threads` that no other thread has meanwhile. The first
    /// exception of a task is thrown here. Allocates only when the pool has to grow. A task that itself asks for
    /// threads, or a second caller while the pool is busy, runs its tasks alone.
    template <class Work>
    void run(std::size_t count, std::size_t threads, Work&& work)
    {
        run_tasks(count, threads, task_of(work), address_of(work));
    }

    /// The same on the shared pool, which is not made where one thread is enough.
    template <class Work>
    static void run_shared(std::size_t count, std::size_t threads, Work&& work)
    {
        run_shared_tasks(count, threads, task_of(work), address_of(work));
    }

private:
    /// Work without its type, so that its code is compiled once, and the pool's once for all.
    using Task = void (*)(void* work, std::size_t i, std::size_t thread);

    template <class Work>
    static Task task_of(Work&)
    {
        return [](void* to, std::size_t i, std::size_t thread) {
            Work& work = *static_cast<Work*>(to);
            if constexpr (std::is_invocable_v<Work&, std::size_t, std::size_t>) work(i, thread);
            else work(i);
        };
    }
    template <class Work>
    static void* address_of(Work& work)
    {
        return const_cast<void*>(static_cast<const void*>(std::addressof(work)));
    }

    [[gnu::noinline]] static void run_shared_tasks(std::size_t count, std::size_t threads, Task task, void* work)
    {
        if (threads > 1 && count > 1) shared().run_tasks(count, threads, task, work);
        else run_alone(count, task, work);
    }

    static void run_alone(std::size_t count, Task task, void* work)
    {
        volatile Task opaque = task; // otherwise GCC compiles the pool once for each task
        for (std::size_t i = 0; i < count; ++i) opaque(work, i, 0);
    }

    [[gnu::noinline]] void run_tasks(std::size_t count, std::size_t threads, Task task, void* work)
    {
        const std::size_t helpers = (threads < count ? threads : count) - (count > 0 && threads > 0 ? 1 : 0);
        std::unique_lock alone(busy, std::defer_lock);
        if (helpers == 0 || inside || !alone.try_lock()) {
            run_alone(count, task, work);
            return;
        }
        grow(helpers);
        {
            const std::lock_guard lock(guard);
            call = task;
            object = work;
            tasks = count;
            next.store(0, std::memory_order_relaxed);
            wanted = helpers;
            running.store(helpers, std::memory_order_relaxed);
            round.fetch_add(1, std::memory_order_release);
        }
        wake.notify_all();
        take(0);
        linger([&] { return running.load(std::memory_order_acquire) == 0; });
        std::exception_ptr thrown;
        {
            std::unique_lock lock(guard);
            done.wait(lock, [&] { return running == 0; });
            thrown = std::exchange(failure, nullptr);
        }
        if (thrown) std::rethrow_exception(thrown);
    }

    /// Looks for a while whether something has come true before a thread goes to sleep: steps follow each other closely, and
    /// waking costs as much as a small task.
    template <class Truth>
    static void linger(Truth came_true)
    {
        for (int turn = 0; turn < 200 && !came_true(); ++turn) std::this_thread::yield();
    }

    void grow(std::size_t helpers)
    {
        while (workers.size() < helpers)
            workers.emplace_back([this, index = workers.size(), seen = round.load()] { serve(index, seen); });
    }

    void serve(std::size_t index, std::uint64_t seen)
    {
        for (;;) {
            linger([&] { return round.load(std::memory_order_acquire) != seen; });
            {
                std::unique_lock lock(guard);
                wake.wait(lock, [&] { return ending || round != seen; });
                if (ending) return;
                seen = round;
                if (index >= wanted) continue;
            }
            take(index + 1);
            const std::lock_guard lock(guard);
            if (--running == 0) done.notify_one();
        }
    }

    void take(std::size_t thread)
    {
        inside = true;
        try {
            for (std::size_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < tasks;) call(object, i, thread);
        }
        catch (...) {
            const std::lock_guard lock(guard);
            if (!failure) failure = std::current_exception();
            next.store(tasks, std::memory_order_relaxed);
        }
        inside = false;
    }

    static inline thread_local bool inside = false;

    std::mutex busy, guard;
    std::condition_variable wake, done;
    std::vector<std::thread> workers;
    Task call = nullptr;
    void* object = nullptr;
    std::size_t tasks = 0, wanted = 0;
    std::atomic<std::size_t> next{0}, running{0};
    std::atomic<std::uint64_t> round{0};
    std::exception_ptr failure;
    bool ending = false;
};

/// Calls `work(i)` or `work(i, thread)` for every i in [0, count) on at most `threads` threads of the shared pool.
template <class Work>
void parallel_for(std::size_t count, std::size_t threads, Work&& work)
{
    Pool::run_shared(count, threads, work);
}

/// The number of threads that the machine runs at once, at least 1.
inline std::size_t hardware_threads()
{
    return std::thread::hardware_concurrency() > 0 ? std::thread::hardware_concurrency() : 1;
}

} // namespace lamina
