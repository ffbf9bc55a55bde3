// A cell of one's own for the tests of RNN.
#pragma once

#include <lamina/blocks/initializers.hpp>
#include <lamina/core/variable.hpp>

#include <algorithm>
#include <cstddef>

namespace lamina {

/// A leaky average of what a kernel makes of each step, with a trace of it as a second state: h' = (h + x · kernel) / 2, s' = h · s.
template <std::size_t Units> struct Leaky {
    static constexpr std::size_t units = Units, states = 2;

    template <class T, std::size_t Features> struct block {
        Variable<T, Shape{Features, Units}> kernel;

        void initialize(Random random) { lamina::protocols::initialize<GlorotUniform>(kernel, random, {Features, Units}); }
        static constexpr std::size_t saved(std::size_t n) { return n * Units; }

        void forward(protocols::Mode, const T* x, const T* before, T* after, T* saved, T*, std::size_t n) const
        {
            for (std::size_t i = 0; i < n * Units; ++i) {
                T sum = before[i];
                for (std::size_t k = 0; k < Features; ++k)
                    sum += x[i / Units * Features + k] * kernel.data()[k * internals::row_stride<T>(Units) + i % Units];
                after[i] = saved[i] = sum / 2;
                after[n * Units + i] = before[i] * (1 + before[n * Units + i]);
            }
        }
        void backward(protocols::Mode, const T* x, const T* before, const T*, const T*, const T* dafter, T* dx, T* dbefore,
                      block& gradient, T*, std::size_t n) const
        {
            std::fill_n(dx, n * Features, T(0));
            for (std::size_t i = 0; i < n * Units; ++i) {
                const T d = dafter[i] / 2, ds = dafter[n * Units + i];
                dbefore[i] = d + ds * (1 + before[n * Units + i]);
                dbefore[n * Units + i] = ds * before[i];
                for (std::size_t k = 0; k < Features; ++k) {
                    const std::size_t at = k * internals::row_stride<T>(Units) + i % Units;
                    gradient.kernel.data()[at] += d * x[i / Units * Features + k];
                    dx[i / Units * Features + k] += d * kernel.data()[at];
                }
            }
        }
    };
};

} // namespace lamina
