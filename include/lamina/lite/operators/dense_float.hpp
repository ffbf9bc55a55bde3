// lamina/lite/operators/dense_float.hpp: FULLY_CONNECTED of float32, with weights of the file or computed ones.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/dense_any.hpp>
#include <lamina/lite/operators/floats.hpp>
#include <lamina/lite/operators/step.hpp>

#include <cstddef>
#include <memory>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// What a dense layer of float32 keeps. Computed weights are packed in the scratch, each time.
struct FloatDense {
    kernels::dense_sizes sizes;
    finish_of_floats finish;
    PaddedBias bias;
    std::shared_ptr<const PackedFloats> weights{};
    FloatDense(const Step& step, const kernels::dense_sizes& s) : sizes(s), finish(step), bias(step, 2, s.outputs) {}
};

inline void run_dense(const Step& step)
{
    const auto& k = step.keeps<FloatDense>();
    const kernels::dense_sizes& s = k.sizes;
    const float *const x = step.x().numbers<float>(), *w = k.weights ? k.weights->numbers.data() : nullptr;
    float* const y = step.y().numbers<float>();
    if (!w) {
        float* const packed = reinterpret_cast<float*>(step.scratch);
        kernels::pack_dense(step.x(1).numbers<float>(), packed, s);
        w = packed;
    }
    const std::size_t n = step.x().size() / s.inputs, blocks = kernels::dense_blocks(s); // n may vary
    const auto compute = [&](std::size_t first, std::size_t last, std::size_t block) {
        kernels::dense_any_forward(x, w, k.bias.data(), y, s, first, last, block, k.finish.within);
    };
    const std::size_t products = n * s.inputs * s.outputs;
    if (n < 2 * step.threads) // blocks of units
        each_part(parts_of(step, blocks, products), blocks, [&](std::size_t first, std::size_t last, std::size_t) {
            for (std::size_t block = first; block < last; ++block) compute(0, n, block);
        });
    else
        each_part(parts_of(step, n, products), n, [&](std::size_t first, std::size_t last, std::size_t) {
            for (std::size_t block = 0; block < blocks; ++block) compute(first, last, block);
        });
    if (k.finish.tanh) apply_tanh(y, n * s.outputs);
}

[[gnu::cold]] inline void prepare_dense_float(Step& step, Preparation& with)
{
    const Value& w = step.x(1);
    const auto kept = share_new<FloatDense>(step, kernels::dense_sizes{w.shape[1], w.shape[0]});
    const std::size_t size = kernels::dense_packed_size<float>(kept->sizes);
    if (w.known)
        kept->weights = with.weights.of<PackedFloats>(w, "dense", [&] {
            return packed_floats(size, [&](float* to) { kernels::pack_dense(w.numbers<float>(), to, kept->sizes); });
        });
    else if (w.varies) fail_at(step, {"weights whose shape depends on what a loop computes, which lamina does not run"});
    else step.scratch_bytes = size * sizeof(float);
    step.kept = kept;
    step.run = run_dense;
}

}}} // namespace lamina::internals::tflite
