// lamina/trace/result.hpp: what a block gives for numbers: an xtensor that functions on values compute with at once.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/trace/no_numbers.hpp>

#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// An xtensor. In a model's operator() the functions of ops/ compute at once with it: what xtensor's own operators give would refer
/// to the local `h` of `h + mix(h)` after the function has returned.
///
/// A tensor of run-time extents is a batch, [n, …], and where `IsSample` says so a sample.
template <class Tensor, bool IsSample = false> struct Result : Tensor, functions::found_here {
    Result() = default;
    Result(Tensor&& t) : Tensor(std::move(t)) {}
};
template <class Tensor> Result(Tensor&&) -> Result<Tensor>;

template <class X> inline constexpr bool is_result = false;
template <class Tensor, bool IsSample> inline constexpr bool is_result<Result<Tensor, IsSample>> = true;

template <class X> inline constexpr bool is_loose_sample = false;
template <class Tensor> inline constexpr bool is_loose_sample<Result<Tensor, true>> = true;

}}} // namespace lamina::internals
