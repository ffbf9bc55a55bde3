// lamina/training/optimizers/update_each.hpp: an optimizer's rule as a formula of one value, its gradient and its slot.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/simd.hpp>

#include <cstddef>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace protocols {

/// A slot that an optimizer has with some settings only, else null: the formula gets zeros for it, and what it writes there is dropped.
template <class T> struct OptionalSlot {
    T* data;
};
template <class T> OptionalSlot(T*) -> OptionalSlot<T>;

} // namespace protocols

namespace internals::optimizers {

#if LAMINA_PLAIN_LOOPS
template <class T> using element = T;
template <class T> inline constexpr std::size_t lanes = 1;
template <class T> T load(const T* p) { return *p; }
template <class T> void store(const T& x, T* p) { *p = x; }
#else
template <class T> using element = simd::batch<T>;
template <class T> inline constexpr std::size_t lanes = simd::lanes<T>;
template <class T> simd::batch<T> load(const T* p) { return simd::batch<T>::load_aligned(p); }
template <class T> void store(const simd::batch<T>& x, T* p) { x.store_aligned(p); }
#endif

/// An OptionalSlot that is not there.
template <class T> struct NoSlot {
    NoSlot operator+(std::size_t) const { return {}; }
};
template <class T> element<T> load(NoSlot<T>) { return element<T>(T(0)); }
template <class T> void store(const element<T>&, NoSlot<T>) {}

/// The loop. All of it is inlined, and it has a formula of its own: so what the formula captured stays in registers, since no store can
/// change it.
template <class T, class F, class... Slots>
[[gnu::flatten]] inline void update_range(std::size_t n, F f, T* value, const T* gradient, Slots... slot)
{
    for (std::size_t i = 0; i < n; i += lanes<T>)
        [&](auto w, const auto g, auto... s) {
            f(w, g, s...);
            store(w, value + i);
            (store(s, slot + i), ...);
        }(load(value + i), load(gradient + i), load(slot + i)...);
}

template <class T> inline constexpr bool is_optional = false;
template <class T> inline constexpr bool is_optional<OptionalSlot<T>> = true;

/// Finds out which of the slots are there, so that the loop asks nothing: each of the first `Left` goes to the end, as a pointer or a NoSlot.
template <std::size_t Left, class T, class F, class First, class... Rest>
void update_with(std::size_t n, const F& f, T* value, const T* gradient, First first, Rest... rest)
{
    if constexpr (Left == 0) update_range(n, f, value, gradient, first, rest...);
    else if constexpr (!is_optional<First>) update_with<Left - 1>(n, f, value, gradient, rest..., first);
    else if (first.data != nullptr) update_with<Left - 1>(n, f, value, gradient, rest..., first.data);
    else update_with<Left - 1>(n, f, value, gradient, rest..., NoSlot<T>{});
}

} // namespace internals::optimizers

namespace protocols {

/// Applies `f(value, gradient, slots…)` to each of n elements: what `update` of an optimizer does. The arrays are those that `update` was
/// given, on 64 bytes and full registers long; value and slots are written back.
///
/// `f` is a formula in registers, and in plain numbers in a build without optimization: `[&]<class V>(V& w, const V& g, V& m)`. It may use
/// + - * /, comparisons and the functions of `protocols::simd`.
template <class T, class F, class... Slots>
void update_each(std::size_t n, const F& f, T* value, const T* gradient, Slots... slot)
{
    using V = internals::optimizers::element<T>;
    constexpr bool fits = std::is_invocable_v<const F&, V&, const V&, std::conditional_t<true, V&, Slots>...>;
    static_assert(
        fits,
        "lamina: the formula of update_each takes the value, its gradient and each slot: [](auto& w, const auto& g, auto& m)");
    if constexpr (fits && sizeof...(Slots) == 0) internals::optimizers::update_range(n, f, value, gradient);
    else if constexpr (fits) internals::optimizers::update_with<sizeof...(Slots)>(n, f, value, gradient, slot...);
}

} // namespace protocols

}} // namespace lamina
