// lamina/core/thread_pool.hpp: the pool of threads: one for the program, and one more for each device that it adds.
//
// Work is a number of tasks that each write their own place, so results depend neither on timing nor on the number of threads.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/language.hpp>
#include <lamina/core/pool_place.hpp>

#include <atomic>
#include <cfenv>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <thread>
#include <type_traits>
#include <utility>

#if !defined(_WIN32)
#include <pthread.h>
#include <signal.h>
#endif

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

#if defined(_WIN32)
/// A thread of the pool.
class Thread {
public:
    template <class Pool> bool start(void* (*run)(void*), Pool* with)
    {
        thread = std::thread(run, with);
        return true;
    }
    void join() { thread.join(); }

private:
    std::thread thread;
};
inline void after_fork(void (*)()) {}
#else
/// A thread of the pool. `start` says whether it could be made, where std::thread throws, which a program that is compiled without
/// exceptions cannot catch. Signals that wait for somebody are left to the threads of the program.
class Thread {
public:
    [[gnu::cold]] bool start(void* (*run)(void*), void* with)
    {
        ::sigset_t blocked, before;
        ::sigfillset(&blocked);
        for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGPROF}) ::sigdelset(&blocked, own);
        const bool changed = ::pthread_sigmask(SIG_SETMASK, &blocked, &before) == 0;
        const bool made = ::pthread_create(&thread, nullptr, run, with) == 0;
        if (changed) ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
        return made;
    }
    void join() { ::pthread_join(thread, nullptr); }

private:
    ::pthread_t thread;
};
[[gnu::cold]] inline void after_fork(void (*in_child)()) { ::pthread_atfork(nullptr, nullptr, in_child); }
#endif

/// Threads that wait for work. Made when they are first asked for, grown to the largest number asked for, as far as threads can be had.
///
/// A pool lives as long as somebody may ask for it: the destructors of global objects, too. At the end of the program, or when the
/// shared library that it belongs to is closed, its threads end if they have nothing to do; the pool itself stays, and whoever asks
/// then gets another one. So does a child of `fork`, which has none of its parent's threads.
class Pool {
public:
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    /// Calls `work(i)` or `work(i, thread)` for every i in [0, count) on at most `threads` threads, the caller's among them,
    /// and returns when all are done; `thread` is a number below `threads` that no other thread has meanwhile. The first
    /// exception of a task is thrown here. Allocates only when the pool has to grow. A task that itself asks for
    /// threads, or a second caller while the pool is busy, runs its tasks alone. Threads compute as the caller's does: they round
    /// the same way and take the same numbers for zero. No pool is made where one thread is enough. While the caller has a Device,
    /// it is that device's pool and at most its number of threads.
    template <class Work> static void run_shared(std::size_t count, std::size_t threads, Work&& work)
    {
        run_shared_tasks(count, threads, task_of(work), address_of(work));
    }

    static inline thread_local PoolScope scope{};

private:
    /// Work without its type, so that its code is compiled once, and the pool's once for all.
    using Task = void (*)(void* work, std::size_t i, std::size_t thread);

    struct Worker {
        Pool* pool;
        Worker* before;
        std::size_t index;
        std::uint64_t seen;
        Thread thread;
    };

    explicit Pool(const PoolPlace& where) : place(where) {}

    template <class Work> static Task task_of(Work&)
    {
        return [](void* to, std::size_t i, std::size_t thread) {
            Work& work = *static_cast<Work*>(to);
            if constexpr (std::is_invocable_v<Work&, std::size_t, std::size_t>) work(i, thread);
            else work(i);
        };
    }
    template <class Work> static void* address_of(Work& work)
    {
        return const_cast<void*>(static_cast<const void*>(std::addressof(work)));
    }

    [[gnu::noinline]] static void run_shared_tasks(std::size_t count, std::size_t threads, Task task, void* work)
    {
        Pool* pool = nullptr;
        if (threads > 1 && count > 1 && !inside) {
            PoolPlace* const place = scope.place;
            if (place && threads > scope.threads) threads = scope.threads;
            if (threads > 1) pool = current(place ? *place : first_place);
        }
        if (!pool || !pool->run_tasks(count, (threads < count ? threads : count) - 1, task, work)) run_alone(count, task, work);
    }

    static void run_alone(std::size_t count, Task task, void* work)
    {
        volatile Task unknown = task; // otherwise GCC compiles the pool once for each task
        for (std::size_t i = 0; i < count; ++i) unknown(work, i, 0);
    }

    /// The pool of a place that has threads, or null where there is no memory for one. No static variable of a function, which a
    /// child of `fork` would find half made for ever.
    static Pool* current(PoolPlace& place)
    {
        Pool* const found = place.pool.load(std::memory_order_acquire);
        return found && !found->gone.load(std::memory_order_relaxed) ? found : make(place, found);
    }

    [[gnu::cold, gnu::noinline]] static Pool* make(PoolPlace& place, Pool* found)
    {
        Pool* const made = new (std::nothrow) Pool(place);
        if (!made) return nullptr;
        if (!watching.load(std::memory_order_acquire)) {
            after_fork(&forget);
            watching.store(true, std::memory_order_release);
        }
        made->before = newest.load(std::memory_order_relaxed);
        while (!newest.compare_exchange_weak(made->before, made, std::memory_order_acq_rel)) {}
        if (!place.pool.compare_exchange_strong(found, made, std::memory_order_acq_rel))
            return found; // another thread was faster
        std::atexit(&end);
        return made;
    }

    /// In the child after a fork: locks may be held for ever there, so nothing of the old pools is touched again.
    static void forget()
    {
        for (Pool* pool = newest.load(std::memory_order_acquire); pool; pool = pool->before)
            pool->gone.store(true, std::memory_order_relaxed);
    }

    /// Ends the threads, unless they are at work: whoever calls `exit` from inside of a task would wait for himself. The locks are kept,
    /// so that a thread that still knows a pool works alone.
    [[gnu::cold]] static void end()
    {
        if (inside) return;
        for (Pool* pool = newest.load(std::memory_order_acquire); pool; pool = pool->before)
            if (!pool->gone.load(std::memory_order_relaxed) && pool->busy.try_lock()) pool->end_threads();
    }

    [[gnu::cold]] void end_threads()
    {
        gone.store(true, std::memory_order_relaxed);
        {
            const std::lock_guard lock(guard);
            ending = true;
        }
        wake.notify_all();
        while (Worker* const worker = workers) {
            worker->thread.join();
            workers = worker->before;
            delete worker;
        }
    }

    /// Whether the tasks were run: false where other work is under way, or no thread can be had.
    [[gnu::noinline]] bool run_tasks(std::size_t count, std::size_t helpers, Task task, void* work)
    {
        std::unique_lock alone(busy, std::try_to_lock);
        if (!alone) return false;
        grow(helpers);
        if (made < helpers) helpers = made;
        if (helpers == 0) return false;
        {
            const std::lock_guard lock(guard);
            std::fegetenv(&environment);
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
        return true;
    }

    /// Looks for a while whether something has come true before a thread goes to sleep: steps follow each other closely, and
    /// waking costs as much as a small task.
    template <class Truth> static void linger(Truth came_true)
    {
        for (int turn = 0; turn < 200 && !came_true(); ++turn) std::this_thread::yield();
    }

    /// Makes threads until there are `helpers` of them, or no more can be had, which is asked again the next time.
    void grow(std::size_t helpers)
    {
        while (made < helpers && made < most_threads) {
            Worker* const worker = new (std::nothrow) Worker{this, workers, made, round.load(), {}};
            if (!worker) return;
            if (!worker->thread.start(&serve, worker)) {
                delete worker;
                return;
            }
            workers = worker;
            ++made;
        }
    }

    static void* serve(void* of)
    {
        const Worker& worker = *static_cast<Worker*>(of);
        if (const auto bind = worker.pool->place.bind.load(std::memory_order_acquire)) bind(worker.pool->place);
        worker.pool->serve(worker.index, worker.seen);
        return nullptr;
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
                std::fesetenv(&environment);
            }
            take(index + 1);
            const std::lock_guard lock(guard);
            if (--running == 0) done.notify_one();
        }
    }

    void take(std::size_t thread)
    {
        inside = true;
#if defined(__cpp_exceptions)
        try {
            take_all(thread);
        }
        catch (...) {
            const std::lock_guard lock(guard);
            if (!failure) failure = std::current_exception();
            next.store(tasks, std::memory_order_relaxed);
        }
#else
        take_all(thread);
#endif
        inside = false;
    }

    void take_all(std::size_t thread)
    {
        for (std::size_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < tasks;) call(object, i, thread);
    }

    static constexpr std::size_t most_threads = 1024;  ///< whoever asks for all threads there can be does not get them
    static inline std::atomic<Pool*> newest = nullptr; ///< of all pools, so that nobody takes those of earlier days for a leak
    static inline std::atomic<bool> watching = false;  ///< for children of `fork`
    static inline thread_local bool inside = false;

    const PoolPlace& place;
    Pool* before = nullptr; ///< the pool that was made before this one
    std::atomic<bool> gone = false;
    std::mutex busy, guard;
    std::condition_variable wake, done;
    Worker* workers = nullptr;
    std::size_t made = 0;
    std::fenv_t environment{};
    Task call = nullptr;
    void* object = nullptr;
    std::size_t tasks = 0, wanted = 0;
    std::atomic<std::size_t> next{0}, running{0};
    std::atomic<std::uint64_t> round{0};
    std::exception_ptr failure;
    bool ending = false;
};

/// Calls `work(i)` or `work(i, thread)` for every i in [0, count) on at most `threads` threads of the pool of this thread's device.
template <class Work> void parallel_for(std::size_t count, std::size_t threads, Work&& work)
{
    Pool::run_shared(count, threads, work);
}

/// How many threads work where nobody says a number: one, or as many as the device has on which this thread computes.
inline std::size_t threads_of_device() { return Pool::scope.place ? Pool::scope.threads : 1; }

} // namespace internals

/// The number of threads that the machine runs at once, at least 1.
inline std::size_t hardware_threads()
{
    return std::thread::hardware_concurrency() > 0 ? std::thread::hardware_concurrency() : 1;
}

}} // namespace lamina
