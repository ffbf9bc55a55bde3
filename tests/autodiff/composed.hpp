// A layer's form in functions on tensors against its own passes: the numbers, the derivatives of first order, and those of second order against
// central differences of the first.
#pragma once

#include "catch.hpp"
#include "graph/traced/traced_twin.hpp"

#include <lamina/autodiff.hpp>
#include <lamina/autodiff/composing.hpp>
#include <lamina/autodiff/layers.hpp>
#include <lamina/models/build.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace composed {

using lamina::AnyTensor, lamina::Shape, lamina::protocols::Mode;
namespace internals = lamina::internals;

using Tensors = std::vector<AnyTensor>;

/// A block without its type.
struct Layer {
    std::string name;
    std::vector<Shape> inputs, variables;
    std::vector<bool> observed; ///< the variables of which `backward` gives a step, and no derivative
    Shape output;
    std::function<void(const Tensors& variables)> assign;
    std::function<AnyTensor(const Mode&, const Tensors& x)> forward;
    std::function<Tensors(const Mode&, const Tensors& x, const AnyTensor& dy)> backward; ///< of inputs and variables
    std::function<AnyTensor(const Mode&, const Tensors& masks, const Tensors& x, const Tensors& variables)> compose;
};

/// How a layer is checked.
struct How {
    bool training = false;
    std::size_t masked = 0;        ///< the first inputs that have a mask
    double low = -1.5, high = 1.5; ///< of the inputs
    bool whole = false;            ///< inputs are whole numbers, which have no derivatives
    bool begins = false;           ///< the first step of a sequence is not masked
    std::size_t steps = 0;         ///< of a mask; 0: the first axis of the input
    double variables_low = -0.7, variables_high = 0.7;
    std::vector<std::size_t> samples{1, 3};
};

inline AnyTensor batch(std::size_t n, const Shape& each)
{
    return internals::tensors::empty_tensor(lamina::dtype::float64, internals::batch_shape(n, each));
}

/// Numbers that look random and are the same everywhere.
struct Draw {
    std::uint64_t state;
    double operator()(double low, double high)
    {
        state = state * 6364136223846793005u + 1442695040888963407u;
        return low + (high - low) * static_cast<double>(state >> 33) / 2147483648.0;
    }
    AnyTensor fill(AnyTensor t, const How& how)
    {
        for (std::size_t i = 0; i < t.size(); ++i) {
            const double drawn = (*this)(how.low, how.high);
            t.numbers<double>()[i] = how.whole ? std::floor(drawn) : drawn;
        }
        return t;
    }
};

/// The largest difference, in parts of the largest number or of 1. What is not connected counts as zero.
inline double distance(const AnyTensor& found, const AnyTensor& wanted)
{
    double largest = 1, off = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) largest = std::max(largest, std::abs(wanted.item(i)));
    if (found && found.shape() != wanted.shape()) return INFINITY;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const double difference = std::abs((found ? found.item(i) : 0) - wanted.item(i));
        off = difference <= off ? off : difference; // NaN stays
    }
    return off / largest;
}

template <class B> Layer layer_of(std::string name)
{
    using inputs = internals::BlockInputs<B>;
    using passes = internals::BlockPasses<B>;
    const auto block = std::make_shared<B>(lamina::build<B>(lamina::Seed{7}));
    Layer made;
    made.name = std::move(name);
    for (std::size_t i = 0; i < inputs::count; ++i) made.inputs.push_back(inputs::shape(i));
    made.output = B::output;
    internals::for_each_any_variable(*block, [&](const auto& v) {
        made.variables.push_back(v.storage()->extents());
        made.observed.push_back(v.storage()->as().observed);
    });
    made.assign = [block](const Tensors& by) {
        std::size_t i = 0;
        internals::for_each_any_variable(*block, [&](const auto& v) { internals::assign_record("test", *v.storage(), by[i++]); });
    };
    made.forward = [block](const Mode& mode, const Tensors& x) {
        const std::size_t n = x[0].shape()[0];
        const double* in[inputs::count];
        for (std::size_t i = 0; i < inputs::count; ++i) in[i] = x[i].numbers<double>();
        AnyTensor y = batch(n, B::output);
        internals::Aligned<double> saved(passes::saved_size(n) + 1);
        const AnyTensor alone = batch(n, B::output);
        passes::forward(*block, mode, in, y.numbers<double>(), saved.data(), n);
        passes::forward(*block, mode, in, alone.numbers<double>(), nullptr, n); // as a call without a tape
        CHECK(distance(alone, y) < 1e-12);
        return y;
    };
    made.backward = [block](const Mode& mode, const Tensors& x, const AnyTensor& dy) {
        const std::size_t n = x[0].shape()[0];
        const double* in[inputs::count];
        double* din[inputs::count];
        Tensors found;
        for (std::size_t i = 0; i < inputs::count; ++i) {
            in[i] = x[i].numbers<double>();
            found.push_back(batch(n, inputs::shape(i)));
            din[i] = found[i].numbers<double>();
        }
        B gradient = lamina::zeros_like(*block);
        AnyTensor y = batch(n, B::output);
        internals::Aligned<double> saved(passes::saved_size(n) + 1);
        passes::forward(*block, mode, in, y.numbers<double>(), saved.data(), n);
        passes::backward(*block, mode, in, y.numbers<double>(), saved.data(), dy.numbers<double>(), din, gradient, n);
        internals::for_each_any_variable(gradient, [&](const auto& v) { found.push_back(internals::read_record(v.storage())); });
        return found;
    };
    made.compose = [block](const Mode& mode, const Tensors& masks, const Tensors& x, const Tensors& variables) {
        internals::ComposedVariables with;
        with.tensors = variables;
        internals::for_each_any_variable(*block, [&](const auto& v) { with.variables.push_back(&v); });
        return [&]<std::size_t... At>(std::index_sequence<At...>) {
            return block->compose(internals::Composing(with, mode).masked(masks), x[At]...);
        }(std::make_index_sequence<inputs::count>{});
    };
    return made;
}

/// The numbers moved along a direction.
inline Tensors moved(const Tensors& from, const Tensors& along, double by)
{
    Tensors to;
    for (std::size_t i = 0; i < from.size(); ++i) to.push_back(along[i] ? AnyTensor(from[i] + by * along[i]) : from[i]);
    return to;
}

inline void check_with(const Layer& layer, const How& how, std::size_t n)
{
    INFO(layer.name << ", " << n << " samples");
    Draw draw{n + 1};
    Tensors all, along, masks;
    std::vector<std::vector<std::uint8_t>> mask_bytes;
    std::vector<const std::uint8_t*> mask_of;
    for (const Shape& s : layer.inputs) all.push_back(draw.fill(batch(n, s), how));
    const std::size_t inputs = all.size();
    for (std::size_t i = 0; i < inputs; ++i) {
        mask_of.push_back(nullptr);
        masks.emplace_back();
        if (i >= how.masked) continue;
        const std::size_t steps = how.steps > 0 ? how.steps : layer.inputs[i][0];
        mask_bytes.emplace_back();
        masks[i] = internals::tensors::empty_tensor(lamina::dtype::boolean, Shape{n, steps});
        for (std::size_t k = 0; k < n * steps; ++k) {
            mask_bytes.back().push_back(draw(0, 1) < 0.6 || (how.begins && k % steps == 0));
            masks[i].numbers<bool>()[k] = mask_bytes.back().back() != 0;
        }
    }
    for (std::size_t i = 0; i < how.masked; ++i) mask_of[i] = mask_bytes[i].data();
    for (const Shape& s : layer.variables)
        all.push_back(draw.fill(internals::tensors::empty_tensor(lamina::dtype::float64, s),
                                {.low = how.variables_low, .high = how.variables_high}));
    for (std::size_t i = 0; i < all.size(); ++i)
        along.push_back((i < inputs ? how.whole : bool(layer.observed[i - inputs]))
                            ? AnyTensor()
                            : draw.fill(internals::tensors::empty_tensor(all[i].dtype(), all[i].shape()), {}));
    const AnyTensor dy = draw.fill(batch(n, layer.output), {});
    const Mode mode{.training = how.training, .seed = 3, .step = 5, .masks = mask_of.data(), .batch = n};

    const auto backward = [&](const Tensors& at) {
        layer.assign({at.begin() + static_cast<std::ptrdiff_t>(inputs), at.end()});
        return layer.backward(mode, {at.begin(), at.begin() + static_cast<std::ptrdiff_t>(inputs)}, dy);
    };
    const auto compose = [&](const Tensors& at) {
        return layer.compose(mode, masks, {at.begin(), at.begin() + static_cast<std::ptrdiff_t>(inputs)},
                             {at.begin() + static_cast<std::ptrdiff_t>(inputs), at.end()});
    };
    layer.assign({all.begin() + static_cast<std::ptrdiff_t>(inputs), all.end()});
    const AnyTensor wanted = layer.forward(mode, {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(inputs)});

    lamina::GradientTape outer, inner;
    for (std::size_t i = 0; i < all.size(); ++i)
        if (along[i]) {
            outer.watch(all[i]);
            inner.watch(all[i]);
        }
    const AnyTensor y = compose(all);
    REQUIRE(y.shape() == wanted.shape());
    CHECK(distance(y, wanted) < 1e-12);

    const Tensors first = inner.gradient(y, all, dy), own = backward(all);
    AnyTensor sum;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!along[i]) continue;
        INFO((i < inputs ? "input " : "variable ") << (i < inputs ? i : i - inputs) << ", first order");
        CHECK(distance(first[i], own[i]) < 1e-10);
        if (!first[i]) continue;
        const AnyTensor part = lamina::reduce_sum(first[i] * along[i]);
        sum = sum ? AnyTensor(sum + part) : part;
    }
    REQUIRE((sum || how.whole || layer.inputs.empty()));
    if (!sum) return;
    const Tensors second = outer.gradient(sum, all);
    constexpr double h = 1e-5;
    const Tensors above = backward(moved(all, along, h)), below = backward(moved(all, along, -h));
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!along[i]) continue;
        INFO((i < inputs ? "input " : "variable ") << (i < inputs ? i : i - inputs) << ", second order");
        CHECK(distance(second[i], (above[i] - below[i]) / (2 * h)) < 1e-6);
    }
}

/// The layer traced with a batch that is not known, run on batches of 1 and of 5 samples: results and gradients are those of its form on
/// tensors, which draws what the layer draws.
inline void check_traced(const Layer& layer, const How& how)
{
    const std::size_t inputs = layer.inputs.size(), variables = layer.variables.size();
    std::vector<traced::List> runs;
    for (const std::size_t n : {1u, 5u}) {
        Draw draw{n + 20};
        traced::List all;
        for (const Shape& s : layer.inputs) all.push_back(draw.fill(batch(n, s), how));
        for (const Shape& s : layer.variables)
            all.push_back(draw.fill(internals::tensors::empty_tensor(lamina::dtype::float64, s),
                                    {.low = how.variables_low, .high = how.variables_high}));
        for (std::size_t i = 0; i < how.masked; ++i) {
            const std::size_t steps = how.steps > 0 ? how.steps : layer.inputs[i][0];
            all.push_back(internals::tensors::empty_tensor(lamina::dtype::boolean, Shape{n, steps}));
            for (std::size_t k = 0; k < n * steps; ++k)
                all.back().numbers<bool>()[k] = draw(0, 1) < 0.6 || (how.begins && k % steps == 0);
        }
        runs.push_back(std::move(all));
    }
    const auto compose = [&](const traced::List& all) {
        const auto at = [&](std::size_t i) { return all.begin() + static_cast<std::ptrdiff_t>(i); };
        Tensors masks(at(inputs + variables), all.end());
        masks.resize(inputs);
        const Mode mode{.training = how.training, .seed = 3, .step = 5, .batch = all[0].shape()[0]};
        return layer.compose(mode, masks, {at(0), at(inputs)}, {at(inputs), at(inputs + variables)});
    };
    std::vector<Shape> shapes = traced::opened(runs[0], 1);
    for (std::size_t i = 0; i < variables; ++i) shapes[inputs + i] = layer.variables[i];
    INFO(layer.name << ", traced");
    CHECK(traced::judge(compose, runs, shapes, !how.whole, 1e-10) == "");
}

template <class B> using as_double = internals::with_number<B, double>;

/// A layer, `Dense<3>::on<5>`, with all that is checked of it.
template <class B> void check(const char* name, const How& how = {})
{
    const Layer layer = layer_of<as_double<B>>(name);
    for (const std::size_t n : how.samples) check_with(layer, how, n);
    check_traced(layer, how);
}

} // namespace composed
