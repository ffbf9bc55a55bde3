// Counts what a program allocates. One file of a program includes it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace counted_new {
inline std::atomic<std::size_t> allocations{0};

inline void* counted(std::size_t n, std::size_t alignment)
{
    allocations.fetch_add(1, std::memory_order_relaxed);
    void* const p = std::aligned_alloc(alignment, (n + alignment - 1) / alignment * alignment + (n == 0 ? alignment : 0));
    if (!p) throw std::bad_alloc();
    return p;
}
} // namespace counted_new

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define LAMINA_TEST_NEW_IS_TAKEN // the sanitizer has operators of its own: nothing is counted
#endif
#endif

#if !defined(LAMINA_TEST_NEW_IS_TAKEN)
// Not inlined: g++ 12 takes a delete that it sees through and a new that it does not for a mismatch.
[[gnu::noinline]] void* operator new(std::size_t n) { return counted_new::counted(n, alignof(std::max_align_t)); }
[[gnu::noinline]] void* operator new[](std::size_t n) { return counted_new::counted(n, alignof(std::max_align_t)); }
[[gnu::noinline]] void* operator new(std::size_t n, const std::nothrow_t&) noexcept
{
    return counted_new::counted(n, alignof(std::max_align_t));
}
[[gnu::noinline]] void* operator new[](std::size_t n, const std::nothrow_t&) noexcept
{
    return counted_new::counted(n, alignof(std::max_align_t));
}
[[gnu::noinline]] void* operator new(std::size_t n, std::align_val_t a) { return counted_new::counted(n, std::size_t(a)); }
[[gnu::noinline]] void* operator new[](std::size_t n, std::align_val_t a) { return counted_new::counted(n, std::size_t(a)); }
[[gnu::noinline]] void* operator new(std::size_t n, std::align_val_t a, const std::nothrow_t&) noexcept
{
    return counted_new::counted(n, std::size_t(a));
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete[](void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete[](void* p, std::size_t) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete[](void* p, std::align_val_t) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete[](void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
#endif
