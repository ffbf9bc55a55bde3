// lamina/core/record.hpp: what a variable is stored in: name, shape, type and aligned numbers.
#pragma once

#include <lamina/core/aligned.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/extent.hpp>
#include <lamina/core/shape.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

namespace lamina::stored_types {

/// What a stored variable is for, and how it lies.
struct storage_kind {
    /// A moving mean: no optimizer learns it. It takes the step that `backward` adds to its gradient.
    bool observed = false;
    /// How many of the last axes lie side by side in a row: 3 for [heads, width, units] that is read as one row of numbers.
    std::size_t in_row = 1;

    LAMINA_TAGGED constexpr bool operator==(const storage_kind& other) const
    {
        return observed == other.observed && in_row == other.in_row;
    }
};

/// Where the elements of a shape lie: the stride of each axis in elements, the elements of a row, and those stored, padding
/// included. The last axis runs fastest; the last `in_row` axes lie in rows that are padded with zeros (`row_stride`); a column,
/// [n, 1], is one row. That is the same on every instruction set, so that two models and two builds can share a record.
struct placement {
    std::array<std::size_t, Shape::max_rank> strides{};
    std::size_t row, step, size;

    LAMINA_TAGGED [[gnu::cold]] constexpr placement(const Shape& extents, dtype type, std::size_t in_row = 1)
    {
        if (extents.rank == 2 && extents[1] == 1) in_row = 2;
        std::size_t axis = extents.rank;
        for (row = 1; axis > 0 && in_row > 0; --in_row) {
            strides[--axis] = row;
            row *= extents[axis];
        }
        size = step = internals::row_stride(row, internals::bytes_of(type));
        while (axis > 0) {
            strides[--axis] = size;
            size *= extents[axis];
        }
    }
};

/// The stored side of a variable. Handles share it; a graph owns a map of names to records.
class record {
public:
    std::string name;
    bool trainable = true; ///< false: it is frozen, training does not change it

    LAMINA_TAGGED [[gnu::cold, gnu::noinline]] record(std::string called, const Shape& given, dtype element, storage_kind as = {})
        : name(std::move(called)), logical(given), kind(element), stored(as), where(given, element, as.in_row),
          bytes(allocate(where.size * internals::bytes_of(element)))
    {}
    /// One of constants of the program, in stored order and on 64 bytes: nothing is allocated, and nobody may change them.
    LAMINA_TAGGED [[gnu::cold, gnu::noinline]] record(const Shape& given, dtype element, storage_kind as, const void* constants)
        : trainable(false), logical(given), kind(element), stored(as), constant(true), where(given, element, as.in_row),
          bytes(const_cast<std::byte*>(static_cast<const std::byte*>(constants)))
    {}
    LAMINA_TAGGED ~record() { release(); }
    record(const record&) = delete;
    record& operator=(const record&) = delete;

    LAMINA_TAGGED const Shape& extents() const { return logical; }
    LAMINA_TAGGED dtype type() const { return kind; }
    LAMINA_TAGGED const placement& places() const { return where; }
    LAMINA_TAGGED storage_kind as() const { return stored; }
    /// Whether an optimizer changes it.
    LAMINA_TAGGED bool learned() const { return trainable && !stored.observed; }

    /// Takes the kind of the first variable that is bound to it, and lays its numbers out as that one needs them: a file says
    /// nothing of kinds. False where it has another kind and a variable is, or was, bound to it.
    LAMINA_TAGGED [[gnu::cold, gnu::noinline]] bool arrange(storage_kind as)
    {
        if (stored == as || !bytes) return taken = true;
        if (taken) return false;
        const std::size_t each = internals::bytes_of(kind);
        const placement next(logical, kind, as.in_row);
        std::byte* const moved = allocate(next.size * each);
        std::size_t row = 0, column = 0;
        for_each_place([&](std::size_t from) {
            std::memcpy(moved + (row + column) * each, bytes + from * each, each);
            if (++column == next.row) column = 0, row += next.step;
        });
        release();
        bytes = moved;
        where = next;
        stored = as;
        return taken = true;
    }

    /// How often its numbers were changed as a whole: a step of a tape that reads them again sees by it that they are others.
    LAMINA_TAGGED std::uint64_t version() const { return changes.load(std::memory_order_relaxed); }
    LAMINA_TAGGED void changed() { changes.fetch_add(1, std::memory_order_relaxed); }

    /// The number of elements stored, padding included; the padding is zero and stays so.
    LAMINA_TAGGED std::size_t stored_size() const { return where.size; }

    /// False once the graph that owned it was reset or destroyed.
    LAMINA_TAGGED bool alive() const { return bytes != nullptr; }
    LAMINA_TAGGED void release()
    {
        std::byte* const gone = std::exchange(bytes, nullptr);
        if (!constant) internals::release_aligned{}(gone);
    }

    /// Whether the variable at `place`, of which a trainer asked by `watch`, is still bound to this record.
    enum class tie { held, gone, replaced };
    LAMINA_TAGGED void watch(const void* place) { watched.store(place, std::memory_order_relaxed); }
    LAMINA_TAGGED tie tied_to(const void* place) const
    {
        const void* const now = watched.load(std::memory_order_relaxed);
        return now == place ? tie::held : now == this ? tie::replaced : tie::gone;
    }
    /// The variable at `place` was destroyed or moved away, or bound to another record.
    LAMINA_TAGGED void left_by(const void* place) { watched.compare_exchange_strong(place, nullptr, std::memory_order_relaxed); }
    LAMINA_TAGGED void replaced_in(const void* place) { watched.compare_exchange_strong(place, this, std::memory_order_relaxed); }

    /// The numbers in stored order, or null where the record was released. T must be its type.
    template <class T> LAMINA_TAGGED T* data() { return reinterpret_cast<T*>(bytes); }
    template <class T> LAMINA_TAGGED const T* data() const { return reinterpret_cast<const T*>(bytes); }

    /// Calls `f(element)` for every element in logical order, the last axis fastest.
    template <class T, class F> LAMINA_TAGGED void for_each(F&& f)
    {
        T* const start = data<T>();
        for_each_place([&](std::size_t place) { f(start[place]); });
    }

    /// Calls `f(place)` with the place in stored order of every element, in logical order.
    template <class F> LAMINA_TAGGED void for_each_place(F&& f) const
    {
        for_each_row([&](std::size_t from, std::size_t count) {
            for (std::size_t i = 0; i < count; ++i) f(from + i);
        });
    }

    /// Calls `f(place, count)` for every row of elements that lie side by side, in logical order.
    template <class F> LAMINA_TAGGED void for_each_row(F&& f) const
    {
        std::size_t from = 0;
        for (std::size_t left = logical.size(); left > 0; left -= where.row, from += where.step) f(from, where.row);
    }

private:
    LAMINA_TAGGED static std::byte* allocate(std::size_t n)
    {
        std::byte* const made = internals::allocate_aligned(n).release();
        std::memset(made, 0, n);
        return made;
    }

    Shape logical;
    dtype kind;
    storage_kind stored;
    bool constant = false; ///< its numbers are constants of the program
    bool taken = false;    ///< a variable was bound to it
    placement where;
    std::byte* bytes;
    std::atomic<std::uint64_t> changes{};
    std::atomic<const void*> watched{}; ///< a variable; the record itself where that was bound to another
};

} // namespace lamina::stored_types

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// A new record, filled with zeros. (What lets go of it has a type of its own, so that its code is this instruction set's alone.)
[[gnu::cold, gnu::noinline]] inline std::shared_ptr<record> make_record(std::string name, const Shape& extents, dtype type,
                                                                        storage_kind as = {})
{
    return {new record(std::move(name), extents, type, as), [](record* gone) { delete gone; }};
}

}}} // namespace lamina::internals
