// lamina/ops/cumulative.hpp: sums of all numbers up to each, along an axis.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/ops/gathering.hpp>
#include <lamina/ops/integers.hpp>
#include <lamina/ops/on_tensors.hpp>
#include <lamina/ops/run.hpp>

#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// How cumsum sums: without the number itself, from the end on.
struct CumsumOptions {
    bool exclusive = false, reverse = false;
};

namespace internals::tensors {

/// Attributes: the axis, exclusive, reverse.
struct Cumsum {
    static void infer(const Inputs&, const Attributes& with, Shape& s, dtype& type)
    {
        require_computable("cumsum", type);
        axis_within("cumsum", s, with.ints[0], s.rank);
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes& with)
    {
        if (out.size() == 0) return;
        with_real_or_whole("cumsum", out.dtype(), [&]<class T>(T) {
            const auto axis = static_cast<std::size_t>(with.ints[0]);
            const bool exclusive = with.ints[1] != 0, backward = with.ints[2] != 0;
            const std::size_t extent = out.shape()[axis], step = width_behind(out.shape(), axis);
            const T* const x = in[0].numbers<T>();
            T* const y = out.numbers<T>();
            for (std::size_t i = 0; i < out.size() / extent; ++i) {
                const std::size_t begin = i / step * step * extent + i % step;
                T sum = 0;
                for (std::size_t k = 0; k < extent; ++k) {
                    const std::size_t at = begin + (backward ? extent - 1 - k : k) * step;
                    const T next = static_cast<T>(sum + x[at]);
                    y[at] = exclusive ? sum : next;
                    sum = next;
                }
            }
        });
    }
    static void gradient(const StepBack& step, AnyTensor* dx);
};
inline constexpr OpEntry cumsum_entry{"cumsum", keeps::none, Cumsum::infer, Cumsum::compute, Cumsum::gradient};

inline void Cumsum::gradient(const StepBack& step, AnyTensor* dx)
{
    Attributes back = step.attributes;
    back.ints[2] = back.ints[2] == 0;
    dx[0] = run(cumsum_entry, step.dy, back);
}

} // namespace internals::tensors

/// The sums of the numbers up to each, along an axis.
///
/// Example    auto y = cumsum(constant({1, 2, 3})), z = cumsum(constant({1, 2, 3}), -1, {.exclusive = true, .reverse = true}); // [5 3 0]
[[gnu::cold]] inline AnyTensor cumsum(const AnyTensor& x, int axis = 0, const CumsumOptions& options = {})
{
    using namespace internals::tensors;
    Attributes with;
    with.add(static_cast<std::int32_t>(axis_of("cumsum", x.shape(), axis)));
    with.add(options.exclusive);
    with.add(options.reverse);
    return run(cumsum_entry, x, with);
}

}} // namespace lamina
