// lamina/lite/operators/sequence_lstm.hpp: UNIDIRECTIONAL_SEQUENCE_LSTM: an LSTM over all steps of a sequence, whose state the file keeps.
#pragma once

#include <lamina/blocks/activations/epilogue.hpp>
#include <lamina/blocks/activations/sigmoids.hpp>
#include <lamina/core/aligned.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/extent.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/kernels/matmul.hpp>
#include <lamina/lite/operators/binary.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/windows.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// What the 24 inputs of the operator are.
namespace lstm_input {
inline constexpr std::size_t x = 0, weights = 1, recurrent_weights = 5, peephole = 9, biases = 12, projection = 16,
                             output_state = 18, cell_state = 19, normalization = 20;
}

struct LstmSizes {
    std::size_t batch, steps, inputs, units;
};

/// Refuses what the tensors of the operator do not agree in.
[[gnu::cold]] inline LstmSizes lstm_sizes(const Step& step)
{
    namespace at = lstm_input;
    const Extents& x = step.x().shape;
    for (const std::size_t left_out : {at::peephole, at::peephole + 1, at::peephole + 2, at::projection, at::projection + 1,
                                       at::normalization, at::normalization + 1, at::normalization + 2, at::normalization + 3})
        if (step.has(left_out))
            fail_at(step, {"input ", left_out, " (peephole, projection or normalization), which lamina does not run"});
    constexpr std::size_t all_needed[]{1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 14, 15, 18, 19};
    for (const std::size_t needed : all_needed)
        if (!step.has(needed)) fail_at(step, {"input ", needed, " is left out, it is needed"});
    if (x.rank != 3) fail_at(step, {"an input of shape ", x, ", three axes are needed"});
    const bool time_major = step.options().time_major;
    const Extents& w = step.x(1).shape;
    if (w.rank != 2) fail_at(step, {"weights of shape ", w});
    const LstmSizes sizes{time_major ? x[1] : x[0], time_major ? x[0] : x[1], x[2], w[0]};
    for (std::size_t gate = 0; gate < 4; ++gate)
        if (!(step.x(at::weights + gate).shape == Extents{sizes.units, sizes.inputs}) ||
            !(step.x(at::recurrent_weights + gate).shape == Extents{sizes.units, sizes.units}) ||
            step.x(at::biases + gate).size() != sizes.units)
            fail_at(step, {"weights of gate ", gate, " do not fit to ", sizes.inputs, " inputs and ", sizes.units, " units"});
    return sizes;
}

[[gnu::cold]] inline void infer_lstm(Step& step)
{
    const LstmSizes sizes = lstm_sizes(step);
    for (const std::size_t state : {lstm_input::output_state, lstm_input::cell_state}) {
        if (!step.x(state).tensor->is_variable) fail_at(step, {"input ", state, " holds its state and is no variable"});
        step.in[state]->shape = {sizes.batch, sizes.units};
    }
    set_shape(step, 0,
              step.options().time_major ? Extents{sizes.steps, sizes.batch, sizes.units}
                                        : Extents{sizes.batch, sizes.steps, sizes.units});
}

/// All gates side by side: the weights of [x, h] in rows of 4 · units, and the biases.
struct PackedLstm {
    Aligned<float> weights, biases;
};

struct KeptLstm {
    std::shared_ptr<const PackedLstm> packed;
    LstmSizes sizes;
};

inline void run_lstm(const Step& step)
{
    const KeptLstm& kept = step.keeps<KeptLstm>();
    const LstmSizes s = kept.sizes;
    const Options& options = step.options();
    const std::size_t width = s.inputs + s.units, gates = 4 * s.units;
    float* const joined = reinterpret_cast<float*>(step.scratch); // [x, h] of each sample
    float* const z = joined + (s.batch * width + 15) / 16 * 16;
    float* const h = step.x(lstm_input::output_state).numbers<float>();
    float* const c = step.x(lstm_input::cell_state).numbers<float>();
    for (std::size_t t = 0; t < s.steps; ++t) {
        for (std::size_t b = 0; b < s.batch; ++b) {
            const std::size_t row = options.time_major ? t * s.batch + b : b * s.steps + t;
            std::copy_n(step.x().numbers<const float>() + row * s.inputs, s.inputs, joined + b * width);
            std::copy_n(h + b * s.units, s.units, joined + b * width + s.inputs);
        }
        kernels::dense_forward(joined, kept.packed->weights.data(), kept.packed->biases.data(), z, s.batch,
                               kernels::dense_sizes{width, gates});
        for (std::size_t b = 0; b < s.batch; ++b) {
            float *const i = z + b * gates, *const f = i + s.units, *const g = f + s.units, *const o = g + s.units;
            float *const cell = c + b * s.units, *const out = h + b * s.units;
            kernels::transform(i, i, 2 * s.units, Finish<Sigmoid>{});
            kernels::transform(g, g, s.units, Finish<Tanh>{});
            kernels::transform(o, o, s.units, Finish<Sigmoid>{});
            for (std::size_t u = 0; u < s.units; ++u) cell[u] = f[u] * cell[u] + i[u] * g[u];
            if (options.cell_clip > 0) kernels::transform(cell, cell, s.units, Clamp{{-options.cell_clip, options.cell_clip}});
            kernels::transform(cell, out, s.units, Finish<Tanh>{});
            for (std::size_t u = 0; u < s.units; ++u) out[u] *= o[u];
            const std::size_t row = options.time_major ? t * s.batch + b : b * s.steps + t;
            std::copy_n(out, s.units, step.y().numbers<float>() + row * s.units);
        }
    }
}

[[gnu::cold]] inline std::shared_ptr<const PackedLstm> pack_lstm(const Step& step, const LstmSizes& s)
{
    namespace at = lstm_input;
    const auto packed = share_new<PackedLstm>();
    const std::size_t row = row_stride<float>(4 * s.units), rows = s.inputs + s.units;
    packed->weights.reserve(rows * row);
    packed->biases.reserve(row);
    std::fill_n(packed->weights.data(), rows * row, 0.f);
    std::fill_n(packed->biases.data(), row, 0.f);
    for (std::size_t gate = 0; gate < 4; ++gate)
        for (std::size_t u = 0; u < s.units; ++u) {
            float* const to = packed->weights.data() + gate * s.units + u;
            const float* const w = step.x(at::weights + gate).numbers<const float>() + u * s.inputs;
            const float* const r = step.x(at::recurrent_weights + gate).numbers<const float>() + u * s.units;
            for (std::size_t i = 0; i < s.inputs; ++i) to[i * row] = w[i];
            for (std::size_t i = 0; i < s.units; ++i) to[(s.inputs + i) * row] = r[i];
            packed->biases[gate * s.units + u] = step.x(at::biases + gate).numbers<const float>()[u];
        }
    return packed;
}

[[gnu::cold]] inline void prepare_lstm(Step& step, Preparation& with)
{
    namespace at = lstm_input;
    refuse_varying(step);
    const LstmSizes s = lstm_sizes(step);
    for (std::size_t i = 0; i < step.in.size(); ++i)
        if (step.has(i) && step.x(i).type != dtype::float32)
            fail_at(step, {"input ", i, " holds ", name_of(step.x(i).type), "; lamina runs this operator in float32"});
    if (step.options().activation != fused::tanh) fail_at(step, {"an activation other than tanh"});
    for (std::size_t gate = 0; gate < 4; ++gate)
        if (!step.x(at::weights + gate).known || !step.x(at::recurrent_weights + gate).known || !step.x(at::biases + gate).known)
            fail_at(step, {"weights that are no constants"});
    const auto kept = share_new<KeptLstm>();
    kept->sizes = s;
    // Of all its weights together, so for this operator alone: another one may share some of them.
    kept->packed = with.weights.of<PackedLstm>(step.x(at::weights), "lstm", [&] { return pack_lstm(step, s); },
                                               {reinterpret_cast<std::uintptr_t>(step.op)});
    step.scratch_bytes = ((s.batch * (s.inputs + s.units) + 15) / 16 * 16 + s.batch * 4 * s.units) * sizeof(float);
    step.kept = kept;
    step.run = run_lstm;
}

inline constexpr OperatorRules sequence_lstm_rules[] = {{code::unidirectional_sequence_lstm, infer_lstm, prepare_lstm}};

}}} // namespace lamina::internals::tflite
