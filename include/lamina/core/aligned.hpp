// lamina/core/aligned.hpp: memory that starts on 64 bytes.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/extent.hpp>

#include <cstddef>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Gives back what `allocate_aligned` gave.
struct release_aligned {
    void operator()(std::byte* p) const { ::operator delete[](p, std::align_val_t{alignment}); }
};

/// Uninitialized bytes that start on 64.
using aligned_bytes = std::unique_ptr<std::byte[], release_aligned>;

inline aligned_bytes allocate_aligned(std::size_t n) { return aligned_bytes(new (std::align_val_t{alignment}) std::byte[n]); }

/// Uninitialized room for numbers or pointers, on 64 bytes. Growing discards the contents.
template <class T> class Aligned {
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

/// Room that a thread keeps between calls: allocated once, grown when more is asked for. Calls may nest. When the thread ends, or the
/// program, its room goes, and what is called after that, by the destructor of a global object, has room of its own.
template <class T> class Borrowed {
public:
    explicit Borrowed(std::size_t n)
    {
        if (Kept::gone) {
            own.reserve(n > 0 ? n : 1); // never null: so it is told apart
            start = own.data();
            return;
        }
        std::vector<Aligned<T>>& rooms = kept();
        if (depth == rooms.size()) rooms.emplace_back();
        Aligned<T>& mine = rooms[depth];
        mine.reserve(n);
        start = mine.data();
        ++depth;
    }
    ~Borrowed()
    {
        if (!own.data()) --depth;
    }

    Borrowed(const Borrowed&) = delete;
    Borrowed& operator=(const Borrowed&) = delete;

    T* data() const { return start; }

private:
    struct Kept {
        std::vector<Aligned<T>> rooms;
        ~Kept() { gone = true; }
        static inline thread_local bool gone = false; ///< no destructor: it can be asked as long as there is the thread
    };

    static std::vector<Aligned<T>>& kept()
    {
        static thread_local Kept of_the_thread;
        return of_the_thread.rooms;
    }
    static inline thread_local std::size_t depth = 0;
    Aligned<T> own;
    T* start;
};

}}} // namespace lamina::internals
