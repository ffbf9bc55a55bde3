// lamina/autodiff/check_gradients.hpp: derivatives against differences of values: what shows that a gradient is right.
#pragma once

#include <lamina/autodiff/gradient_tape.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/ops/constants.hpp>
#include <lamina/ops/functions.hpp>
#include <lamina/ops/sums_of_tensors.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// How check_gradients works.
struct GradientCheckOptions {
    double step = 3e-4;      ///< between the numbers whose differences are taken
    int order = 2;           ///< of the derivatives, from the first up to it
    double tolerance = 1e-6; ///< of the largest slope, or of 1 where all are smaller
};

/// What check_gradients found: it is true where all derivatives are within the tolerance.
struct GradientCheck {
    bool right = true;
    double error = 0;  ///< the largest, in parts of the largest slope of its order
    std::string worst; ///< where it is, in a sentence

    explicit operator bool() const { return right; }
};

namespace internals {

using Listed = std::vector<AnyTensor>;
using ListFunction = std::function<Listed(const Listed&)>;

/// What is differentiated: Σ v · cos(v) of v = y / scale, so that higher orders of it do not run wild. Of a plain sum the slope by y is constant, so that
/// a gradient which ignores `dy`, or is wrong by what dy is differentiated, would go through.
struct Weighed {
    ListFunction f;
    double scale = 1;

    AnyTensor operator()(const Listed& x) const
    {
        AnyTensor sum = constant(0.0);
        for (const AnyTensor& y : f(x)) {
            const AnyTensor v = y / scale;
            sum = sum + reduce_sum(v * cos(v));
        }
        return sum;
    }
    /// The gradients by all arguments that have one; others are empty.
    Listed gradients(Listed x) const
    {
        GradientTape tape;
        for (AnyTensor& one : x)
            if (is_of_variables(one.dtype())) tape.watch(one);
        return tape.gradient((*this)(x), x);
    }
};

[[gnu::cold]] inline Weighed weighed(ListFunction f, const Listed& x)
{
    double largest = 1;
    for (const AnyTensor& y : f(x)) {
        if (y.dtype() != dtype::float64)
            fail({"check_gradients: the function gave ", name_of(y.dtype()), " numbers; differences need double"});
        for (std::size_t i = 0; i < y.size(); ++i) largest = std::max(largest, std::fabs(y.item(i)));
    }
    return {std::move(f), std::isfinite(largest) ? largest : 1};
}

/// The slope by one number, from values at four places beside it.
[[gnu::cold]] inline double slope_by_differences(const Weighed& f, Listed x, std::size_t which, std::size_t at, double step)
{
    const AnyTensor middle = x[which];
    const auto value = [&](double offset) {
        std::vector<double> moved(middle.data<double>(), middle.data<double>() + middle.size());
        moved[at] += offset;
        x[which] = constant(moved.data(), middle.shape());
        return f(x).item();
    };
    return (8 * (value(step) - value(-step)) - (value(2 * step) - value(-2 * step))) / (12 * step);
}

[[gnu::cold]] inline void check_order(const Weighed& f, const Listed& x, const GradientCheckOptions& how, int order,
                                      GradientCheck& found)
{
    const Listed gradients = f.gradients(x);
    double scale = 1, worst = 0;
    std::string where;
    for (std::size_t i = 0; i < x.size(); ++i)
        for (std::size_t k = 0; is_of_variables(x[i].dtype()) && k < x[i].size(); ++k) {
            const double got = gradients[i] ? gradients[i].item(k) : 0, needed = slope_by_differences(f, x, i, k, how.step);
            const double error = std::fabs(got - needed);
            scale = std::max(scale, std::fabs(needed));
            if (error <= worst) continue;
            worst = error == error ? error : HUGE_VAL;
            where.clear();
            append(where, {"check_gradients: the derivative of order ", order, " by number ", k, " of argument ", i, " is ", got,
                           ", differences give ", needed});
        }
    worst /= scale;
    if (worst > how.tolerance) found.right = false;
    if (worst > found.error) {
        found.error = worst;
        found.worst = std::move(where);
    }
}

[[gnu::cold]] inline GradientCheck check_listed(ListFunction f, const Listed& x, const GradientCheckOptions& how)
{
    if (!(how.step > 0) || how.order < 1) fail({"check_gradients: needs a step above 0 and an order of 1 or more"});
    for (const AnyTensor& one : x)
        if (one.dtype() == dtype::float32) fail({"check_gradients: of float numbers differences show little; give double"});
    GradientCheck found;
    for (int order = 1; order <= how.order; ++order) {
        Weighed sum = weighed(std::move(f), x);
        check_order(sum, x, how, order, found);
        if (!found.right) break; // of what is wrong already the next order says nothing
        f = [lower = std::move(sum)](const Listed& at) {
            Listed some;
            for (AnyTensor& gradient : lower.gradients(at))
                if (gradient) some.push_back(std::move(gradient));
            return some;
        };
    }
    return found;
}

} // namespace internals

/// Whether the derivatives of f are what differences of its values say, from the first order up to `.order`, at these arguments. f takes and
/// gives tensors of double, one or a list; integer and bool arguments are constants. What is differentiated is Σ y · cos(y) of the results,
/// scaled, which lets no gradient through that only fits a sum. Give numbers that are no corners, such as 0 of abs.
///
/// Errors     float arguments or results.
/// Numerics   differences of fourth order: the default step leaves errors near 1e-12 of smooth functions.
/// Example    auto check = check_gradients([](auto x) { return sin(x) * x; }, {constant({0.3, 0.7})}); // check.worst says where
template <class F, std::size_t N>
GradientCheck check_gradients(const F& f, const AnyTensor (&at)[N], const GradientCheckOptions& how = {})
{
    const internals::ListFunction listed = [&f](const internals::Listed& x) {
        return [&]<std::size_t... At>(std::index_sequence<At...>) -> internals::Listed {
            auto y = f(x[At]...);
            if constexpr (TensorLike<decltype(y)>) return {std::move(y)};
            else return internals::Listed(std::begin(y), std::end(y));
        }(std::make_index_sequence<N>{});
    };
    return internals::check_listed(listed, internals::Listed(std::begin(at), std::end(at)), how);
}

}} // namespace lamina
