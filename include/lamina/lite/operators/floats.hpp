// lamina/lite/operators/floats.hpp: what operators of float32 share: weights in the order of a kernel, a bias with room behind, parts for
// threads, and tanh where it was joined to an operator.
#pragma once

#include <lamina/blocks/activations/epilogue.hpp>
#include <lamina/blocks/activations/sigmoids.hpp>
#include <lamina/core/aligned.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/thread_pool.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/kernels/pixel_list.hpp>
#include <lamina/lite/operators/step.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// Weights as a kernel reads them.
struct PackedFloats {
    Aligned<float> numbers;
};

/// What `fill(numbers)` writes.
template <class Fill> [[gnu::cold]] std::shared_ptr<const PackedFloats> packed_floats(std::size_t size, const Fill& fill)
{
    auto made = share_new<PackedFloats>();
    made->numbers.reserve(size);
    fill(made->numbers.data());
    return made;
}

/// Rows of `columns` numbers, `groups` of `rows / groups` rows each, as columns of padded rows, group after group.
[[gnu::cold]] inline std::shared_ptr<const PackedFloats> packed_columns(const float* w, std::size_t rows, std::size_t columns,
                                                                        std::size_t groups)
{
    const std::size_t of_group = rows / groups, step = row_stride<float>(of_group);
    return packed_floats(groups * columns * step, [=](float* to) {
        std::fill_n(to, groups * columns * step, 0.f);
        for (std::size_t row = 0; row < rows; ++row)
            for (std::size_t i = 0; i < columns; ++i)
                to[(row / of_group * columns + i) * step + row % of_group] = w[row * columns + i];
    });
}

/// Rows of `columns` numbers, padded.
[[gnu::cold]] inline std::shared_ptr<const PackedFloats> packed_rows(const float* w, std::size_t rows, std::size_t columns)
{
    const std::size_t step = row_stride<float>(columns);
    return packed_floats(rows * step, [=](float* to) {
        std::fill_n(to, rows * step, 0.f);
        for (std::size_t row = 0; row < rows; ++row) std::copy_n(w + row * columns, columns, to + row * step);
    });
}

/// The numbers of a bias, zeros where there is none, with a register behind them.
class PaddedBias {
public:
    [[gnu::cold]] PaddedBias(const Step& step, std::size_t input, std::size_t outputs)
    {
        if (step.has(input) && step.x(input).type != dtype::float32)
            fail_at(step, {"a bias of ", name_of(step.x(input).type), " where float32 is needed"});
        if (step.has(input) && !step.x(input).known) {
            in_arena = &step.x(input);
            return;
        }
        const std::size_t size = padded<float>(outputs) + alignment / sizeof(float);
        numbers.reserve(size);
        std::fill_n(numbers.data(), size, 0.f);
        if (step.has(input)) std::copy_n(step.x(input).numbers<float>(), outputs, numbers.data());
    }

    const float* data() const { return in_arena ? in_arena->numbers<float>() : numbers.data(); }

private:
    Aligned<float> numbers;
    const Value* in_arena = nullptr; ///< of a bias that is computed: those have room behind
};

/// Into how many parts work is divided: one for each thread, if there are as many pieces, and a part takes longer than to wake a thread.
inline std::size_t parts_of(const Step& step, std::size_t pieces, std::size_t products)
{
    constexpr std::size_t worth_a_thread = 100'000;
    return std::max<std::size_t>(std::min({step.threads, pieces, products / worth_a_thread}), 1);
}

/// f(first, last, part) for the parts of 0 … pieces.
template <class F> void each_part(std::size_t parts, std::size_t pieces, const F& f)
{
    if (parts == 1) return f(std::size_t(0), pieces, std::size_t(0));
    parallel_for(parts, parts, [&](std::size_t part) { f(pieces * part / parts, pieces * (part + 1) / parts, part); });
}

/// What an operator's fused activation does: a clamp, or tanh, which a join puts there.
struct finish_of_floats {
    kernels::clamp_bounds<float> within;
    bool tanh;

    [[gnu::cold]] explicit finish_of_floats(const Step& step) : tanh(step.options().activation == fused::tanh)
    {
        if (step.options().activation == fused::sign_bit)
            fail_at(step, {"the fused activation SIGN_BIT, which lamina does not run"});
        const clamp_range range = clamp_of(step.options().activation);
        within = {range.low, range.high};
    }
};

/// y = tanh(y).
LAMINA_ONE_COPY inline void apply_tanh(float* y, std::size_t n) { kernels::transform(y, y, n, Finish<Tanh>{}); }

/// An input with a register behind it that may be read: a constant is copied to the scratch first.
inline const float* with_room(const Step& step, float* scratch)
{
    if (!step.x().known) return step.x().numbers<float>();
    std::copy_n(step.x().numbers<float>(), step.x().size(), scratch);
    return scratch;
}
inline std::size_t room_of(const Step& step)
{
    return step.x().known ? padded<float>(step.x().size()) + alignment / sizeof(float) : 0;
}

}}} // namespace lamina::internals::tflite
