// lamina/models/parallel_predict.hpp: inference of a batch on several threads.
#pragma once

#include <lamina/core/parallel.hpp>
#include <lamina/models/predict.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

namespace lamina::inline LAMINA_ARCHITECTURE {

struct PredictOptions {
    std::size_t threads = 1; ///< at most this many; results do not depend on it. A thread takes 32 samples at a time
};

namespace inner {

/// `forward(thread, from, to, n)` for every chunk of x.
template <class M, class X, class Y, class Forward>
void predict_in_parallel(const X& x, Y& y, std::size_t size, std::size_t threads, Forward&& forward)
{
    const std::size_t count = x.shape()[0];
    parallel_for((count + chunk - 1) / chunk, threads, [&](std::size_t k, std::size_t thread) {
        for_each_chunk<number_type<M>>(x, size, k * chunk, std::min(count, (k + 1) * chunk),
                                       [&](std::size_t first, std::size_t n, const number_type<M>* from) {
                                           forward(thread, from, y.data() + first * output_of<M>.size(), n);
                                       });
    });
}

template <class M, DenseTensor X>
auto predict_all(const M& model, const X& x, PredictOptions options)
{
    using T = number_type<M>;
    require_bound(model);
    auto y = result_for<M>(x);
    if constexpr (Block<M>) {
        static_assert(rank_of<X> == M::input.rank + 1, "lamina: a batch has one rank more than the model's input: [n, ...input]");
        require_samples(x, M::input, "predict");
        predict_in_parallel<M>(x, y, M::input.size(), options.threads, [&](std::size_t, const T* from, T* to, std::size_t n) {
            const Borrowed<T> scratch(scratch_of<M>(chunk));
            model.forward(Mode{}, from, to, nullptr, scratch.data(), n);
        });
    }
    else {
        std::vector<std::unique_ptr<Workspace<M>>> workspaces; // one a thread
        const std::size_t most = std::max<std::size_t>(1, std::min(options.threads, x.shape()[0] / chunk + 1));
        while (workspaces.size() < most) workspaces.push_back(std::make_unique<Workspace<M>>(model));
        require_samples(x, workspaces[0]->input(), "predict");
        predict_in_parallel<M>(
            x, y, workspaces[0]->input().size(), most,
            [&](std::size_t thread, const T* from, T* to, std::size_t n) { workspaces[thread]->forward(from, to, n); });
    }
    return y;
}

} // namespace inner

/// The model's outputs for a batch x [n, …], on several threads: `predict(model, x, {.threads = 4})`.
template <class M, DenseTensor X>
auto predict(const M& model, const X& x, PredictOptions options)
{
    if constexpr (is_refused<M>) return lamina::detail::silence{};
    else return inner::predict_all(model, x, options);
}

/// The class of the largest output of every sample, on several threads.
template <class M, DenseTensor X>
auto predict_classes(const M& model, const X& x, PredictOptions options)
{
    if constexpr (is_refused<M>) return lamina::detail::silence{};
    else return inner::classes_of(predict(model, x, options));
}

} // namespace lamina::inline LAMINA_ARCHITECTURE
