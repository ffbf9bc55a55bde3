// What the tests of training share: small problems, and the numbers of a model.
#pragma once

#include <lamina/core/bound.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/core/samples.hpp>
#include <lamina/core/tensor.hpp>
#include <lamina/models/clone.hpp>
#include <lamina/trace/trace.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

/// Points in `Inputs` dimensions whose class, of three, follows from where they lie; the same for the same arguments.
template <class T = float, std::size_t Inputs = 4> auto points(std::size_t n, std::size_t first = 0)
{
    lamina::Samples samples{xt::xtensor<T, 2>({n, Inputs}), xt::xtensor<std::int32_t, 1>::from_shape({n})};
    for (std::size_t i = 0; i < n; ++i) {
        double score = 0;
        for (std::size_t k = 0; k < Inputs; ++k) {
            const double value = std::sin(double((first + i) * Inputs + k) * 12.9898) * 1.5;
            samples.x(i, k) = static_cast<T>(value);
            score += (k % 2 == 0 ? 1 : -0.5) * value;
        }
        samples.y(i) = score < -0.6 ? 0 : score < 0.6 ? 1 : 2;
    }
    return samples;
}

/// The same points with a number of their own as the target: [n, 2].
template <class T = float, std::size_t Inputs = 4> auto curves(std::size_t n, std::size_t first = 0)
{
    auto from = points<T, Inputs>(n, first);
    lamina::Samples samples{from.x, xt::xtensor<T, 2>({n, 2})};
    for (std::size_t i = 0; i < n; ++i) {
        samples.y(i, 0) = std::tanh(from.x(i, 0) - from.x(i, Inputs - 1));
        samples.y(i, 1) = static_cast<T>(0.5) * from.x(i, 0) * from.x(i, 1 % Inputs);
    }
    return samples;
}

/// Samples first … first + n of some.
template <class X, class Y> lamina::Samples<X, Y> part_of(const lamina::Samples<X, Y>& whole, std::size_t first, std::size_t n)
{
    lamina::Samples<X, Y> part;
    const auto cut = [&](const auto& from, auto& to) {
        auto extents = from.shape();
        const std::size_t each = from.size() / extents[0];
        extents[0] = n;
        to.resize(extents);
        std::copy_n(from.data() + first * each, n * each, to.data());
    };
    cut(whole.x, part.x);
    cut(whole.y, part.y);
    return part;
}

/// All learned numbers of a model, in the order of its fields.
template <class M> auto parameters_of(const M& model)
{
    using T = lamina::internals::number_type<M>;
    std::vector<T> found;
    for (const auto& record : lamina::internals::records_of(model))
        record->template for_each<T>([&](T e) { found.push_back(e); });
    return found;
}

/// A callback that counts its calls and remembers their order.
struct Diary {
    std::vector<char> calls;
    std::vector<std::size_t> batches;
    std::size_t batches_an_epoch = 0, samples = 0;

    template <class TrainingState> void on_train_begin(TrainingState& t)
    {
        calls.push_back('T'), batches_an_epoch = t.batches, samples = t.samples;
    }
    template <class TrainingState> void on_epoch_begin(TrainingState&) { calls.push_back('E'); }
    template <class TrainingState> void on_batch_end(TrainingState& t) { calls.push_back('b'), batches.push_back(t.batch); }
    template <class TrainingState> void on_test_begin(TrainingState&) { calls.push_back('V'); }
    template <class TrainingState> void on_test_end(TrainingState&) { calls.push_back('v'); }
    template <class TrainingState> void on_epoch_end(TrainingState&) { calls.push_back('e'); }
    template <class TrainingState> void on_train_end(TrainingState&) { calls.push_back('t'); }
};
