// lamina/core/record.hpp: what a variable is stored in: name, shape, type, order and aligned numbers.
#pragma once

#include <lamina/core/error.hpp>
#include <lamina/core/extent.hpp>
#include <lamina/core/shape.hpp>

#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
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

/// The order in which elements are stored. It follows from logical shape and role alone, and is the same on every
/// instruction set, so that two models and two builds can share a record. Rows are padded with zeros to 64 bytes.
enum class order {
    rows,    ///< as the logical shape says, the last axis in padded rows: biases, convolution kernels (HWIO)
    outputs, ///< the last axis outermost, all others in one padded row: dense and one-pixel convolution kernels
};

/// Where the elements of a shape lie: the stride of each logical axis in elements, and the elements stored, padding included.
struct placement {
    std::array<std::size_t, shape::max_rank> strides{};
    std::size_t size = 0;

    constexpr placement(const shape& extents, order stored, number type)
    {
        const auto row = [type](std::size_t n) { return round_up(n, alignment / bytes_of(type)); };
        const bool outputs = stored == order::outputs && extents.rank > 1;
        const std::size_t last = extents.rank == 0 ? 0 : extents.rank - 1;
        std::size_t step = outputs ? 1 : row(extents.back());
        if (!outputs && extents.rank > 0) strides[last] = 1;
        for (std::size_t axis = last; axis-- > 0;) {
            strides[axis] = step;
            step *= extents[axis];
        }
        if (outputs) strides[last] = row(step);
        size = outputs ? row(step) * extents.back() : step;
    }
};

/// The stored side of a variable. Handles share it; a graph owns a map of names to records.
class record {
public:
    std::string name;
    bool trainable = true;

    record(std::string called, const shape& given, order storing, number element)
        : name(std::move(called)), logical(given), kept(storing), kind(element), where(given, storing, element),
          bytes(allocate(where.size * bytes_of(element)))
    {}

    const shape& extents() const { return logical; }
    order stored() const { return kept; }
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
        std::array<std::size_t, shape::max_rank> at{};
        for (std::size_t left = logical.size(); left > 0; --left) {
            std::size_t offset = 0;
            for (std::size_t axis = 0; axis < logical.rank; ++axis) offset += at[axis] * where.strides[axis];
            f(start[offset]);
            for (std::size_t axis = logical.rank; axis-- > 0;) {
                if (++at[axis] < logical[axis]) break;
                at[axis] = 0;
            }
        }
    }

private:
    struct release_aligned {
        void operator()(std::byte* p) const { ::operator delete[](p, std::align_val_t{alignment}); }
    };
    using storage = std::unique_ptr<std::byte[], release_aligned>;

    static storage allocate(std::size_t n)
    {
        storage made(new (std::align_val_t{alignment}) std::byte[n]);
        std::memset(made.get(), 0, n);
        return made;
    }

    shape logical;
    order kept;
    number kind;
    placement where;
    storage bytes;
};

} // namespace lamina
