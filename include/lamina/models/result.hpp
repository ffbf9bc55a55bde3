// lamina/models/result.hpp: what a block gives for numbers: an xtensor whose sums are numbers too.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/kernels/elementwise.hpp>

#include <type_traits>
#include <utility>

namespace lamina::inline LAMINA_ARCHITECTURE {

/// An xtensor. In a model's operator() `h + mix(h)` of two results is computed at once: xtensor's own sum would refer to the
/// local `h` after the function has returned.
template <class Tensor>
struct Result : Tensor {
    Result() = default;
    Result(Tensor&& t) : Tensor(std::move(t)) {}
};

template <class X>
inline constexpr bool is_result = false;
template <class Tensor>
inline constexpr bool is_result<Result<Tensor>> = true;

/// The sum of two results of one type, by elements. Batches of another number of samples are refused.
template <class A, class B>
    requires(is_result<std::remove_cvref_t<A>> && std::is_same_v<std::remove_cvref_t<A>, std::remove_cvref_t<B>>)
std::remove_cvref_t<A> operator+(A&& a, B&& b)
{
    if (a.size() != b.size())
        fail({"a sum of results: one has ", a.size(), " numbers, the other ", b.size(), "; both need the same samples"});
    std::remove_cvref_t<A> sum = std::forward<A>(a);
    kernels::add(b.data(), sum.data(), sum.size());
    return sum;
}

} // namespace lamina::inline LAMINA_ARCHITECTURE
