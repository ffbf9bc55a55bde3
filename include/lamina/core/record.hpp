// lamina/core/record.hpp: what a variable is stored in: name, shape, type and aligned numbers.
#pragma once

#include <lamina/core/aligned.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/extent.hpp>
#include <lamina/core/shape.hpp>

#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace lamina {

/// The type of a stored number.
enum class number { float32, float64 };

template <class T>
inline constexpr number number_of = [] {
    static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>, "lamina: variables hold float or double");
    return std::is_same_v<T, float> ? number::float32 : number::float64;
}();

constexpr std::size_t bytes_of(number type) { return type == number::float32 ? 4 : 8; }
constexpr std::string_view name_of(number type) { return type == number::float32 ? "float32" : "float64"; }

/// Where the elements of a shape lie: the stride of each axis in elements, the elements of a row, and those stored, padding
/// included. The last axis runs fastest, in rows that are padded with zeros (`row_step`); a column, [n, 1], is one row. That is the
/// same on every instruction set, so that two models and two builds can share a record.
struct placement {
    std::array<std::size_t, shape::max_rank> strides{};
    std::size_t row, step, size;

    constexpr placement(const shape& extents, number type)
    {
        const bool column = extents.rank == 2 && extents[1] == 1;
        row = column ? extents[0] : extents.back();
        size = step = type == number::float32 ? row_step<float>(row) : row_step<double>(row);
        std::size_t stride = 1;
        for (std::size_t axis = extents.rank; axis-- > 0;) {
            strides[axis] = stride;
            if (column) continue;
            if (axis + 1 == extents.rank) stride = step;
            else size = stride *= extents[axis];
        }
    }
};

/// The stored side of a variable. Handles share it; a graph owns a map of names to records.
class record {
public:
    std::string name;
    bool trainable = true;

    [[gnu::cold, gnu::noinline]] record(std::string called, const shape& given, number element)
        : name(std::move(called)), logical(given), kind(element), where(given, element),
          bytes(allocate(where.size * bytes_of(element)))
    {}

    const shape& extents() const { return logical; }
    number type() const { return kind; }
    const placement& places() const { return where; }

    /// The number of elements stored, padding included; the padding is zero and stays so.
    std::size_t stored_size() const { return where.size; }

    /// False once the graph that owned it was reset or destroyed.
    bool alive() const { return bytes != nullptr; }
    void release() { bytes.reset(); }

    /// The numbers in stored order, or null where the record was released. T must be its type.
    template <class T>
    T* data()
    {
        return reinterpret_cast<T*>(bytes.get());
    }
    template <class T>
    const T* data() const
    {
        return reinterpret_cast<const T*>(bytes.get());
    }

    /// Calls `f(element)` for every element in logical order, the last axis fastest.
    template <class T, class F>
    void for_each(F&& f)
    {
        T* const start = data<T>();
        for_each_place([&](std::size_t place) { f(start[place]); });
    }

    /// Calls `f(place)` with the place in stored order of every element, in logical order.
    template <class F>
    void for_each_place(F&& f) const
    {
        for_each_row([&](std::size_t from, std::size_t count) {
            for (std::size_t i = 0; i < count; ++i) f(from + i);
        });
    }

    /// Calls `f(place, count)` for every row of elements that lie side by side, in logical order.
    template <class F>
    void for_each_row(F&& f) const
    {
        std::size_t from = 0;
        for (std::size_t left = logical.size(); left > 0; left -= where.row, from += where.step) f(from, where.row);
    }

private:
    static aligned_bytes allocate(std::size_t n)
    {
        aligned_bytes made = allocate_aligned(n);
        std::memset(made.get(), 0, n);
        return made;
    }

    shape logical;
    number kind;
    placement where;
    aligned_bytes bytes;
};

/// A new record, filled with zeros.
[[gnu::cold, gnu::noinline]] inline std::shared_ptr<record> make_record(std::string name, const shape& extents, number type)
{
    return std::shared_ptr<record>(new record(std::move(name), extents, type));
}

} // namespace lamina
