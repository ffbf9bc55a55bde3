// lamina/kernels/matmul_small.hpp: x · w + bias of constant sizes so small that a call or a loop would take longer than the sums.
//
// A sample is spelled out and inlined, so that what lies between two such layers may stay in registers, and the registers are no
// wider than the layer: a load that is wider than the store before it waits until that has reached the cache.
//
// Contract: as in matmul.hpp. Numerics: the sums of four streams of inputs, or of the lanes of a register, as the sizes have it.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/chunks.hpp>
#include <lamina/kernels/tile.hpp>

#include <algorithm>
#include <cstring>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

struct dense_sizes {
    std::size_t inputs, outputs;
};

/// Whether a dense layer of these sizes is one for `small_forward`.
constexpr bool is_small(const dense_sizes& s)
{
    return s.inputs > 0 && s.outputs > 0 && s.inputs <= 64 && s.outputs <= 64 && s.inputs * s.outputs <= 256;
}

namespace detail {

/// The narrowest register that holds `N` numbers: whole chunks.
template <class T, std::size_t N> using narrow = simd::sized<T, simd::lanes_for<T, N, simd::chunk_size<T>>()>;

/// The first `N` numbers at p, then zeros. They are read one by one where they do not fill the register: the layer before may have
/// stored them in pieces.
template <std::size_t N, class V, class T> [[gnu::always_inline]] inline V load_first(const T* p)
{
    if constexpr (N >= V::size) return V::load_unaligned(p);
    else return simd::fill_lanes<V>([p](std::size_t i) __attribute__((always_inline)) { return i < N ? p[i] : T(0); });
}

/// Stores the first `N` numbers.
template <std::size_t N, class V, class T> [[gnu::always_inline]] inline void store_first(const V& x, T* p)
{
    if constexpr (N >= V::size) x.store_unaligned(p);
    else {
        alignas(alignment) T values[V::size];
        x.store_aligned(values);
        std::memcpy(p, values, N * sizeof(T));
    }
}

/// The numbers of a sample in registers, and each of them in a whole one.
template <class T, std::size_t Inputs> struct small_sample {
    using lanes = narrow<T, Inputs>;
    static constexpr std::size_t vectors = (Inputs + lanes::size - 1) / lanes::size, last = Inputs - (vectors - 1) * lanes::size;

    [[gnu::always_inline]] explicit small_sample(const T* x) : numbers(x)
    {
        LAMINA_UNROLL (v, vectors - 1) values[v] = lanes::load_unaligned(x + v * lanes::size);
        values[vectors - 1] = load_first<last, lanes>(x + (vectors - 1) * lanes::size);
    }

    template <std::size_t K, class V> [[gnu::always_inline]] V repeat() const
    {
        if constexpr (last < lanes::size) return V(numbers[K]); // no cheaper out of a register that was put together
        else return simd::repeat_number<K % lanes::size, V>(values[K / lanes::size]);
    }

    const T* numbers;
    lanes values[vectors];
};

/// `Count` outputs of a sample, one in each lane.
template <std::size_t Count, class T, std::size_t Inputs>
[[gnu::always_inline]] inline auto small_outputs(const small_sample<T, Inputs>& x, const T* w, std::size_t stride, const T* bias)
{
    using lanes = narrow<T, Count>;
    constexpr std::size_t streams = std::min<std::size_t>(Inputs, 4);

    // Zeros, since a product that is added later would be joined with the addition here and not there, as the compiler likes.
    lanes sums[4]{bias ? load_first<Count, lanes>(bias) : lanes(T(0)), lanes(T(0)), lanes(T(0)), lanes(T(0))};
    [&]<std::size_t... K>(std::index_sequence<K...>) __attribute__((always_inline)) {
        const auto add = [&]<std::size_t At>(fixed<At>) __attribute__((always_inline)) {
            const lanes number = x.template repeat<At, lanes>(), weights = lanes::load_aligned(w + At * stride);
            simd::add_product(sums[At % streams], number, weights);
        };
        (add(fixed<K>{}), ...);
    }(std::make_index_sequence<Inputs>{});
    if constexpr (streams > 3) sums[2] = sums[2] + sums[3];
    if constexpr (streams > 1) sums[0] = sums[0] + sums[1];
    if constexpr (streams > 2) sums[0] = sums[0] + sums[2];
    return sums[0];
}

/// The one output of a sample, an input in each lane.
template <class T, std::size_t Inputs>
[[gnu::always_inline]] inline auto small_output(const small_sample<T, Inputs>& x, const T* w, const T* bias)
{
    using lanes = typename small_sample<T, Inputs>::lanes;
    lanes sum = bias ? load_first<1, lanes>(bias) : lanes(T(0));
    LAMINA_UNROLL (v, x.vectors) simd::add_product(sum, x.values[v], lanes::load_aligned(w + v * lanes::size));
    return simd::sum_chunk(simd::fold_chunks(sum));
}

/// y = finish(x · w + bias) for one sample, from output `First` on.
template <std::size_t First, std::size_t Outputs, class T, std::size_t Inputs, class F>
[[gnu::always_inline]] inline void small_outputs_from(const small_sample<T, Inputs>& x, const T* w, const T* bias, T* y,
                                                      const F& finish)
{
    constexpr std::size_t count = std::min(simd::lanes<T>, Outputs - First);
    const auto put = [&]<class V>(const V& sum) __attribute__((always_inline)) { store_first<count>(V(finish(sum)), y + First); };

    if constexpr (Outputs == 1) put(small_output(x, w, bias));
    else put(small_outputs<count>(x, w + First, row_stride<T>(Outputs), bias ? bias + First : nullptr));
    if constexpr (First + count < Outputs) small_outputs_from<First + count, Outputs>(x, w, bias, y, finish);
}

} // namespace detail

/// y = finish(x · w + bias) for small layers, `is_small(sizes)`, with `finish` as for `dense_forward`.
///
/// Shapes  as `dense_forward`.
template <class T, auto Sizes, class F>
[[gnu::always_inline]] inline void small_forward(const T* x, const T* w, const T* bias, T* y, std::size_t n, fixed<Sizes>,
                                                 const F& finish)
{
    for (std::size_t s = 0; s < n; ++s) {
        const detail::small_sample<T, Sizes.inputs> sample(x + s * Sizes.inputs);
        detail::small_outputs_from<0, Sizes.outputs>(sample, w, bias, y + s * Sizes.outputs, finish);
    }
}

}}} // namespace lamina::internals::kernels
