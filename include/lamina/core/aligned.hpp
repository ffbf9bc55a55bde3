// lamina/core/aligned.hpp: memory that starts on 64 bytes.
#pragma once

#include <lamina/core/extent.hpp>

#include <cstddef>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace lamina {

/// Gives back what `allocate_aligned` gave.
struct release_aligned {
    void operator()(std::byte* p) const { ::operator delete[](p, std::align_val_t{alignment}); }
};

/// Uninitialised bytes that start on 64.
using aligned_bytes = std::unique_ptr<std::byte[], release_aligned>;

inline aligned_bytes allocate_aligned(std::size_t n) { return aligned_bytes(new (std::align_val_t{alignment}) std::byte[n]); }

/// Uninitialised room for numbers or pointers, on 64 bytes. It grows and keeps nothing when it does.
template <class T>
class Aligned {
public:
    Aligned() = default;
    explicit Aligned(std::size_t n) { reserve(n); }

    void reserve(std::size_t n)
    {
        if (n <= room) return;
        bytes = allocate_aligned(n * sizeof(T));
        room = n;
    }

    T* data() { return reinterpret_cast<T*>(bytes.get()); }
    const T* data() const { return reinterpret_cast<const T*>(bytes.get()); }
    std::size_t size() const { return room; }
    T& operator[](std::size_t i) { return data()[i]; }

private:
    aligned_bytes bytes;
    std::size_t room = 0;
};

/// Room that a thread keeps between calls: allocated once, grown when more is asked for. Calls may nest.
template <class T>
class Borrowed {
public:
    explicit Borrowed(std::size_t n)
    {
        if (depth == kept().size()) kept().emplace_back();
        Aligned<T>& mine = kept()[depth];
        mine.reserve(n);
        start = mine.data();
        ++depth;
    }
    ~Borrowed() { --depth; }

    Borrowed(const Borrowed&) = delete;
    Borrowed& operator=(const Borrowed&) = delete;

    T* data() const { return start; }

private:
    static std::vector<Aligned<T>>& kept()
    {
        static thread_local std::vector<Aligned<T>> rooms;
        return rooms;
    }
    static inline thread_local std::size_t depth = 0;
    T* start;
};

} // namespace lamina
