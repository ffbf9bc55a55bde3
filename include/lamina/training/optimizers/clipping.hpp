// lamina/training/optimizers/clipping.hpp: gradients cut down before the update: by value, by norm, by their norm together.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/core/simd.hpp>
#include <lamina/training/optimizers/ranges.hpp>

#include <cmath>
#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::optimizers {

/// An optimizer with Keras's three options, of which one may be set.
/// `clipvalue` c: each element into [−c, c]. `clipnorm` c: each variable's gradient is scaled to a norm of at most c.
/// `global_clipnorm` c: all gradients are scaled by one factor, so that their norm together is at most c.
template <class O>
concept Clipping = requires(const O& o) {
    { o.clipnorm } -> std::convertible_to<std::optional<float>>;
    { o.clipvalue } -> std::convertible_to<std::optional<float>>;
    { o.global_clipnorm } -> std::convertible_to<std::optional<float>>;
};

template <Clipping O> void check_clipping(const O& o)
{
    if (o.clipnorm.has_value() + o.clipvalue.has_value() + o.global_clipnorm.has_value() > 1)
        fail({O::name, ": more than one of clipnorm, clipvalue and global_clipnorm is set, set only one of them"});
    const auto positive = [](const char* option, const std::optional<float>& limit) {
        if (limit && (!is_finite(*limit) || *limit <= 0))
            fail({O::name, ": ", option, " is ", *limit, ", it has to be a positive number"});
    };
    positive("clipnorm", o.clipnorm);
    positive("clipvalue", o.clipvalue);
    positive("global_clipnorm", o.global_clipnorm);
}

/// The sum of squares in double, in an order that is always the same. `n` is a multiple of 8.
template <class T> double squared_norm(const T* gradient, std::size_t n)
{
    constexpr std::size_t streams = 8;
    double sums[streams]{};
    for (std::size_t i = 0; i < n; i += streams)
        for (std::size_t k = 0; k < streams; ++k) {
            const double g = static_cast<double>(gradient[i + k]);
            sums[k] += g * g;
        }
    double sum = 0;
    for (const double part : sums) sum += part;
    return sum;
}

template <class Numbers = void> [[gnu::noinline]] double squared_norm(record& gradient)
{
    double sum = 0;
    with_numbers<Numbers>(gradient, [&](const auto* g) { sum = squared_norm(g, gradient.stored_size()); });
    return sum;
}

/// Scales to a norm of at most `limit`. Where the norm is not finite the factor is zero: what was not finite becomes NaN
/// and is seen, while padding stays zero.
template <class Numbers = void> [[gnu::noinline]] void scale_to(float limit, double norm, record& gradient)
{
    if (is_finite(norm) && norm <= static_cast<double>(limit)) return;
    const double factor = is_finite(norm) ? static_cast<double>(limit) / norm : 0.0;
    with_numbers<Numbers>(gradient, [&]<class T>(T* g) {
#if LAMINA_PLAIN_LOOPS
        for (T* const end = g + gradient.stored_size(); g != end; ++g) *g *= static_cast<T>(factor);
#else
        const internals::simd::batch<T> times(static_cast<T>(factor));
        for (std::size_t i = 0; i < gradient.stored_size(); i += internals::simd::lanes<T>)
            (internals::simd::batch<T>::load_aligned(g + i) * times).store_aligned(g + i);
#endif
    });
}

/// Cuts each element into [−limit, limit]; NaN stays.
template <class Numbers = void> [[gnu::noinline]] void cut_to(float limit, record& gradient)
{
    with_numbers<Numbers>(gradient, [&]<class T>(T* g) {
#if LAMINA_PLAIN_LOOPS
        const T high = static_cast<T>(limit), low = static_cast<T>(-limit);
        for (T* const end = g + gradient.stored_size(); g != end; ++g) *g = *g > high ? high : *g < low ? low : *g;
#else
        const internals::simd::batch<T> high(static_cast<T>(limit)), low(static_cast<T>(-limit));
        for (std::size_t i = 0; i < gradient.stored_size(); i += internals::simd::lanes<T>) {
            const auto x = internals::simd::batch<T>::load_aligned(g + i);
            xsimd::select(x > high, high, xsimd::select(x < low, low, x)).store_aligned(g + i);
        }
#endif
    });
}

/// Clips the gradients of the trainable parameters in place, on the caller's thread.
template <class Numbers = void, Clipping O>
[[gnu::cold]] void clip(const O& o, std::span<const std::shared_ptr<record>> parameters,
                        std::span<const std::shared_ptr<record>> gradients)
{
    const auto for_each_trained = [&](auto&& f) {
        for (std::size_t i = 0; i < gradients.size(); ++i)
            if (parameters[i]->learned()) f(*gradients[i]);
    };
    if (o.clipvalue) for_each_trained([&](record& g) { cut_to<Numbers>(*o.clipvalue, g); });
    if (o.clipnorm) for_each_trained([&](record& g) { scale_to<Numbers>(*o.clipnorm, std::sqrt(squared_norm<Numbers>(g)), g); });
    if (o.global_clipnorm) {
        double sum = 0;
        for_each_trained([&](record& g) { sum += squared_norm<Numbers>(g); });
        for_each_trained([&](record& g) { scale_to<Numbers>(*o.global_clipnorm, std::sqrt(sum), g); });
    }
}

} // namespace internals::optimizers

}} // namespace lamina
