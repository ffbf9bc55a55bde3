// lamina/ops/per_sample.hpp: tensors of so many numbers for each sample of a batch, of which the first input says the size: one number for all,
// or numbers that are drawn.
//
// What is drawn is a function of (seed, step, place, sample, element), as layers draw it: in a graph it is drawn anew in each training step.
#pragma once

#include <lamina/blocks/drop.hpp>
#include <lamina/blocks/noise.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/ops/constants.hpp>
#include <lamina/ops/integers.hpp>
#include <lamina/ops/on_tensors.hpp>
#include <lamina/ops/run.hpp>
#include <lamina/ops/windows.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tensors {

/// A batch of the shape whose extents are the attributes from `first` on.
[[gnu::cold]] inline Shape batch_like(std::string_view op, const AnyTensor& batch, const Attributes& with, std::size_t first)
{
    if (batch.rank() == 0) fail({op, ": of a tensor without axes; its first axis says how many samples there are"});
    if (with.count < first || with.count >= first + Shape::max_rank)
        fail({op, ": of ", with.count, " attributes; a sample has at most five axes"});
    Shape s{batch.shape()[0]};
    for (std::size_t i = first; i < with.count; ++i) {
        if (with.ints[i] < 0) fail({op, ": an extent of ", with.ints[i], "; extents are 0 or more"});
        s.push_back(static_cast<std::size_t>(with.ints[i]));
    }
    require_sizable(op, s);
    return s;
}
[[gnu::cold]] inline void add_extents(std::string_view op, Attributes& to, const Shape& each)
{
    for (std::size_t axis = 0; axis < each.rank; ++axis) to.add(as_attribute(op, "an extent", each[axis]));
}

[[gnu::cold]] inline dtype type_of(std::string_view op, const Attributes& with)
{
    if (static_cast<std::size_t>(with.type) >= dtype_count) fail({op, ": there is no such type"});
    return with.type;
}

/// Attributes: the extents of a sample, the number, the type.
struct FillSamples {
    static constexpr std::string_view name = "fill_samples";
    static void infer(const Inputs& in, const Attributes& with, Shape& s, dtype& type)
    {
        s = batch_like(name, in[0], with, 0);
        type = type_of(name, with);
        if (type != dtype::boolean) require_computable(name, type);
    }
    static void compute(const Inputs&, const AnyTensor& out, const Attributes& with)
    {
        const AnyTensor one = scalar(out.dtype(), with.number);
        repeat_element(one.body().data, bytes_of(out.dtype()), out.body().data, out.size());
    }
    static constexpr OpEntry entry{name, keeps::none, infer, compute, nullptr};
};

/// What is drawn: 0 at a rate, and 1 / (1 − rate) else, or normal numbers of mean 0 and a deviation.
enum class Drawn : std::int32_t { dropped, normal };

/// Inputs: the batch, the step. Attributes: what is drawn, the halves of seed and of place, the extents of a sample; the rate or the deviation,
/// the type.
struct DrawSamples {
    static constexpr std::string_view name = "draw_samples";
    static constexpr std::size_t extents = 5; ///< the first of them among the attributes

    static void infer(const Inputs& in, const Attributes& with, Shape& s, dtype& type)
    {
        if (in[1].dtype() != dtype::int64 || in[1].rank() != 0)
            fail({name, ": the step is ", name_of(in[1].dtype()), ' ', in[1].shape(), "; it has to be an int64 number"});
        const std::int32_t what = with.ints[0];
        if (what < 0 || what > static_cast<std::int32_t>(Drawn::normal)) fail({name, ": there is no kind ", what});
        const bool fits = with.number >= 0 && (what == 0 ? with.number < 1 : std::isfinite(with.number));
        if (!fits) fail({name, ": a rate or deviation of ", with.number, "; rates are in [0, 1), deviations 0 or more"});
        s = batch_like(name, in[0], with, extents);
        type = type_of(name, with);
        require_real(name, type);
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes& with)
    {
        const auto whole = [&](std::size_t at) {
            return std::uint64_t(static_cast<std::uint32_t>(with.ints[at])) |
                   std::uint64_t(static_cast<std::uint32_t>(with.ints[at + 1])) << 32;
        };
        Mode mode;
        mode.training = true;
        mode.seed = whole(1), mode.place = whole(3);
        mode.step = static_cast<std::uint64_t>(*in[1].numbers<std::int64_t>());
        const std::size_t n = out.shape()[0], size = n == 0 ? 0 : out.size() / n;
        with_real(name, out.dtype(), [&]<class T>(T) {
            T* const y = out.numbers<T>();
            const T deviation = static_cast<T>(with.number);
            if (with.ints[0] != 0) return each_normal<T>(mode, size, n, [=](std::size_t i, T z) { y[i] = deviation * z; });
            std::fill_n(y, out.size(), T(1));
            drop_at(with.number, mode, y, y, size, n);
        });
    }
    static constexpr OpEntry entry{name, keeps::none, infer, compute, nullptr};
};

/// So many numbers, all alike, for each sample of a batch.
[[gnu::cold]] inline AnyTensor filled_like(const AnyTensor& batch, const Shape& each, double value, dtype type)
{
    Attributes with;
    add_extents(FillSamples::name, with, each);
    with.number = value;
    with.type = type;
    return run(FillSamples::entry, batch, with);
}

/// Numbers that are drawn for each sample of a batch in a mode; in a graph the steps of training count on from the mode's.
[[gnu::cold]] inline AnyTensor drawn_like(const AnyTensor& batch, const Shape& each, const Mode& mode, Drawn what, double number,
                                          dtype type)
{
    Attributes with;
    with.add(static_cast<std::int32_t>(what));
    for (const std::uint64_t half : {mode.seed, mode.seed >> 32, mode.place, mode.place >> 32})
        with.add(static_cast<std::int32_t>(static_cast<std::uint32_t>(half)));
    add_extents(DrawSamples::name, with, each);
    with.number = number;
    with.type = type;
    const AnyTensor step = tracing ? tracing->training_step(mode.step) : constant(static_cast<std::int64_t>(mode.step));
    return run(DrawSamples::entry, batch, step, with);
}

}}} // namespace lamina::internals::tensors
