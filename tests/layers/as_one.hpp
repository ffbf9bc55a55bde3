// A block of several inputs as one of a single input, for the check of gradients.
#pragma once

#include <lamina/blocks/block.hpp>
#include <lamina/core/fields.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace lamina {

/// A block of several inputs as one of a single input that holds them all, so that the check of gradients can be asked.
template <class Inner> struct AsOne : internals::without_fields {
    using value_type = typename Inner::value_type;
    using T = value_type;
    static constexpr std::size_t count = Inner::inputs::count;
    static constexpr std::size_t size(std::size_t i) { return Inner::inputs::values[i].size(); }
    static constexpr std::size_t all = [] {
        std::size_t sum = 0;
        for (std::size_t i = 0; i < count; ++i) sum += size(i);
        return sum;
    }();
    static constexpr Shape input{all}, output = Inner::output;
    Inner inner;

    void initialize(Random random) { inner.initialize(random); }
    static constexpr std::size_t saved(std::size_t n) { return internals::saved_of<Inner>(n); }
    static constexpr std::size_t scratch(std::size_t n) { return internals::scratch_of<Inner>(n) + 2 * n * all; }

    /// The inputs one behind another, sample by sample, or the other way round.
    static std::array<T*, count> places(T* room, std::size_t n)
    {
        std::array<T*, count> at{};
        for (std::size_t i = 0; i < count; room += n * size(i++)) at[i] = room;
        return at;
    }
    static std::array<const T*, count> split(const T* x, T* room, std::size_t n)
    {
        const auto at = places(room, n);
        std::array<const T*, count> in{};
        for (std::size_t i = 0, from = 0; i < count; from += size(i++)) {
            for (std::size_t s = 0; s < n; ++s) std::copy_n(x + s * all + from, size(i), at[i] + s * size(i));
            in[i] = at[i];
        }
        return in;
    }
    void forward(protocols::Mode mode, const T* x, T* y, T* saved, T* scratch, std::size_t n) const
    {
        T* const room = scratch + internals::scratch_of<Inner>(n);
        inner.forward(mode, split(x, room, n).data(), y, saved, scratch, n);
    }
    void backward(protocols::Mode mode, const T* x, const T* y, const T* saved, const T* dy, T* dx, AsOne& gradient, T* scratch,
                  std::size_t n) const
    {
        T* const room = scratch + internals::scratch_of<Inner>(n);
        auto slopes = places(room + n * all, n);
        if (!dx) slopes.fill(nullptr);
        inner.backward(mode, split(x, room, n).data(), y, saved, dy, slopes.data(), gradient.inner, scratch, n);
        for (std::size_t i = 0, to = 0; dx && i < count; to += size(i++))
            for (std::size_t s = 0; s < n; ++s) std::copy_n(slopes[i] + s * size(i), size(i), dx + s * all + to);
    }
};

} // namespace lamina
