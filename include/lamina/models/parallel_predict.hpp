// lamina/models/parallel_predict.hpp: inference of a batch on several threads.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/bound.hpp>
#include <lamina/core/thread_pool.hpp>
#include <lamina/models/predict.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

struct PredictOptions {
    std::size_t threads = 1; ///< at most this many; results do not depend on it. A thread takes 32 samples at a time
};

namespace internals {

/// `forward(thread, begin, end)` for every chunk of `count` samples.
template <class Forward> void predict_in_parallel(std::size_t count, std::size_t threads, Forward&& forward)
{
    parallel_for((count + chunk - 1) / chunk, threads,
                 [&](std::size_t k, std::size_t thread) { forward(thread, k * chunk, std::min(count, (k + 1) * chunk)); });
}

template <class M, DenseTensors X> auto predict_all(const M& model, const X& x, PredictOptions options)
{
    using T = number_type<M>;
    require_bound(model);
    const std::size_t count = tensor_at<0>(x).shape()[0];
    auto y = result_for<M>(count);
    if constexpr (Block<M>) {
        static_assert(may_have_rank<X>(M::input.rank + 1),
                      "lamina: a batch has one rank more than the model's input: [n, ...input]");
        require_samples(x, M::input, "predict");
        predict_in_parallel(count, options.threads, [&](std::size_t, std::size_t begin, std::size_t end) {
            for_each_chunk<T>(x, M::input.size(), begin, end, [&](std::size_t first, std::size_t n, const T* from) {
                const Borrowed<T> scratch(scratch_of<M>(chunk));
                model.forward(Mode{}, from, y.data() + first * M::output.size(), nullptr, scratch.data(), n);
            });
        });
    }
    else {
        std::vector<std::unique_ptr<Workspace<M>>> workspaces; // one a thread
        const std::size_t most = std::max<std::size_t>(1, std::min(options.threads, count / chunk + 1));
        while (workspaces.size() < most) workspaces.push_back(std::make_unique<Workspace<M>>(model));
        require_inputs(x, &workspaces[0]->input(), "predict");
        predict_in_parallel(count, most, [&](std::size_t thread, std::size_t begin, std::size_t end) {
            workspaces[thread]->run(x, y, begin, end);
        });
    }
    return y;
}

} // namespace internals

/// The model's outputs for a batch x [n, …], on several threads: `predict(model, x, {.threads = 4})`.
template <class M, class X> auto predict(const M& model, const X& x, PredictOptions options)
{
    if constexpr (!internals::can_be_called<M>) return predict(model, x); // which says why
    else
        return internals::predict_tensors(model, x,
                                          [&](const auto& tensors) { return internals::predict_all(model, tensors, options); });
}

/// The class of the largest output of every sample, on several threads.
template <class M, class X> auto predict_classes(const M& model, const X& x, PredictOptions options)
{
    return internals::classes_of(predict(model, x, options));
}

}} // namespace lamina
