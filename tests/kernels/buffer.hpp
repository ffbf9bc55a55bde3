// What the kernel tests share: guarded memory, seeded values, and the comparison with a reference twin.
#pragma once

#include <lamina/core/simd.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <random>
#include <vector>

namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool address_sanitizer = true;
#elif defined(__has_feature)
constexpr bool address_sanitizer = __has_feature(address_sanitizer);
#else
constexpr bool address_sanitizer = false;
#endif

template <class T> struct AlignedAllocator {
    using value_type = T;
    AlignedAllocator() = default;
    template <class U> AlignedAllocator(const AlignedAllocator<U>&) {}
    T* allocate(std::size_t n)
    {
        return static_cast<T*>(::operator new(n * sizeof(T), std::align_val_t(lamina::internals::alignment)));
    }
    void deallocate(T* p, std::size_t) { ::operator delete(p, std::align_val_t(lamina::internals::alignment)); }
    bool operator==(const AlignedAllocator&) const = default;
};

/// `size` values between two zones of a marked NaN. A write outside changes the mark; a read outside that matters makes the
/// result NaN. Under the address sanitizer the values end where the memory does, so that any read behind them is found.
/// `shift` moves the values off the 64-byte boundary.
template <class T> class Buffer {
public:
    [[gnu::noinline]] // g++ 12 would warn of sizes that wrap
    explicit Buffer(std::size_t size, std::size_t shift = 0, T value = T(0))
        : count(size), begin(zone + shift), memory(begin + size + (address_sanitizer ? 0 : zone), mark())
    {
        std::fill_n(data(), size, value);
    }

    T* data() { return memory.data() + begin; }
    const T* data() const { return memory.data() + begin; }
    std::size_t size() const { return count; }
    T& operator[](std::size_t i) { return data()[i]; }
    const T& operator[](std::size_t i) const { return data()[i]; }

    bool guarded() const
    {
        const T expected = mark();
        for (std::size_t i = 0; i < memory.size(); ++i)
            if ((i < begin || i >= begin + count) && std::memcmp(&memory[i], &expected, sizeof(T)) != 0) return false;
        return true;
    }

    Buffer& random(unsigned seed, double low = -1, double high = 1)
    {
        std::mt19937 generator(seed);
        std::uniform_real_distribution<double> values(low, high);
        for (std::size_t i = 0; i < count; ++i) data()[i] = T(values(generator));
        return *this;
    }

    Buffer magnitudes() const
    {
        Buffer result(count);
        for (std::size_t i = 0; i < count; ++i) result[i] = std::abs(data()[i]);
        return result;
    }

private:
    static constexpr std::size_t zone = 64;

    static T mark()
    {
        if constexpr (sizeof(T) == 4) return from_bits<std::uint32_t>(0x7fc5a5a5u);
        else return from_bits<std::uint64_t>(0x7ff8a5a5a5a5a5a5u);
    }
    template <class Bits> static T from_bits(Bits bits)
    {
        T value;
        std::memcpy(&value, &bits, sizeof value);
        return value;
    }

    std::size_t count, begin;
    std::vector<T, AlignedAllocator<T>> memory;
};

#ifdef LAMINA_TEST_SANITIZED
constexpr std::size_t sample_counts[] = {0, 1, 3};
#else
constexpr std::size_t sample_counts[] = {0, 1, 2, 7, 33};
#endif

/// Random weights of `rows` rows of `columns`, each padded with zeros as they are stored.
template <class T> Buffer<T> padded_rows(std::size_t rows, std::size_t columns, unsigned seed)
{
    Buffer<T> result(rows * lamina::internals::row_stride<T>(columns));
    result.random(seed);
    for (std::size_t i = 0; i < result.size(); ++i)
        if (i % lamina::internals::row_stride<T>(columns) >= columns) result[i] = T(0);
    return result;
}

/// Whether every value behind the `columns` of a row is exactly zero.
template <class T> bool padding_is_zero(const Buffer<T>& rows, std::size_t columns)
{
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (i % lamina::internals::row_stride<T>(columns) >= columns && !(rows[i] == T(0))) return false;
    return true;
}

/// The largest |got - expected| in units of epsilon · magnitude; infinite where a value is NaN or nothing allows a difference.
template <class T> double worst(const Buffer<T>& got, const Buffer<T>& expected, const Buffer<T>& magnitude)
{
    double result = 0;
    for (std::size_t i = 0; i < got.size(); ++i) {
        if (got[i] == expected[i]) continue;
        const double unit = double(std::numeric_limits<T>::epsilon()) * double(magnitude[i]);
        const double off = std::abs(double(got[i]) - double(expected[i])) / unit;
        result = off >= 0 ? std::max(result, off) : std::numeric_limits<double>::infinity();
    }
    return result;
}

/// The bound that the headers of the kernels state for a sum of `terms`, in units of epsilon · (sum of |terms|).
inline double sum_bound(std::size_t terms) { return 2 + std::sqrt(double(terms)); }

} // namespace
