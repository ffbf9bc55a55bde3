// What the tests of ops on tensors share: first and second derivatives of any function of tensors against central differences in double.
#pragma once

#include "catch.hpp"

#include <lamina/autodiff/gradient_tape.hpp>
#include <lamina/ops/functions.hpp>

#include <cmath>
#include <cstddef>
#include <random>
#include <vector>

/// Random numbers of a shape, the same for a seed.
template <class T = double>
lamina::AnyTensor random_tensor(const lamina::Shape& shape, unsigned seed, double low = -1, double high = 1)
{
    std::mt19937 generator(seed);
    std::uniform_real_distribution<double> any(low, high);
    std::vector<T> values(shape.size());
    for (T& value : values) value = T(any(generator));
    return lamina::constant(values.data(), shape);
}

/// The numbers of a tensor, as they lie.
inline std::vector<double> numbers(const lamina::AnyTensor& t)
{
    std::vector<double> found;
    for (std::size_t i = 0; i < t.size(); ++i) found.push_back(t.item(i));
    return found;
}

/// The largest difference of two tensors of one shape, infinite where shapes differ or a number is NaN.
inline double furthest(const lamina::AnyTensor& a, const lamina::AnyTensor& b)
{
    if (!a || !b || a.shape() != b.shape()) return INFINITY;
    double worst = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double off = std::fabs(a.item(i) - b.item(i));
        worst = off >= 0 ? std::fmax(worst, off) : INFINITY;
    }
    return worst;
}

/// Σ y · r, and its gradients.
inline double weighted(const lamina::AnyTensor& y, const lamina::AnyTensor& r)
{
    double sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) sum += y.item(i) * r.item(i);
    return sum;
}

struct OrderCheck {
    double step = 1e-5;
    double tolerance = 1e-7; ///< of the largest slope
};

/// The gradients by x of Σ f(x) · cos(f(x) + r) for a random r, against central differences, and the gradients of their weighted sum, which are
/// second derivatives, the same way. Returns how far they are off, at worst, of the largest.
template <class F> double check_orders(const F& f, std::vector<lamina::AnyTensor> x, const OrderCheck& how = {})
{
    using namespace lamina;
    const AnyTensor y = f(x), r = random_tensor(y.shape(), 91);
    std::vector<AnyTensor> s;
    for (std::size_t i = 0; i < x.size(); ++i) s.push_back(random_tensor(x[i].shape(), static_cast<unsigned>(70 + i)));

    const auto value = [&](const std::vector<AnyTensor>& at) {
        const AnyTensor out = f(at);
        double sum = 0;
        for (std::size_t i = 0; i < out.size(); ++i) sum += out.item(i) * std::cos(out.item(i) + r.item(i));
        return sum;
    };
    const auto first = [&](std::vector<AnyTensor> at) {
        GradientTape tape;
        for (AnyTensor& one : at) tape.watch(one);
        const AnyTensor out = f(at);
        return tape.gradient(out * cos(out + r), at, {}, Unconnected::zeros);
    };
    const auto slope = [&](const std::vector<AnyTensor>& at) {
        const auto gradients = first(at);
        double sum = 0;
        for (std::size_t i = 0; i < at.size(); ++i) sum += weighted(gradients[i], s[i]);
        return sum;
    };
    const auto second = [&](std::vector<AnyTensor> at) {
        GradientTape outer;
        for (AnyTensor& one : at) outer.watch(one);
        const auto gradients = first(at);
        return outer.gradient(gradients, at, s, Unconnected::zeros);
    };

    double worst = 0;
    const auto compare = [&](const std::vector<AnyTensor>& got, const auto& of) {
        double largest = 0, off = 0;
        for (std::size_t i = 0; i < x.size(); ++i)
            for (std::size_t k = 0; k < x[i].size(); ++k) {
                const auto at = [&](double by) {
                    std::vector<double> numbers(x[i].template data<double>(), x[i].template data<double>() + x[i].size());
                    numbers[k] += by;
                    std::vector<AnyTensor> moved = x;
                    moved[i] = constant(numbers.data(), x[i].shape());
                    return of(moved);
                };
                const double difference = (at(how.step) - at(-how.step)) / (2 * how.step), found = got[i].item(k);
                largest = std::fmax(largest, std::fabs(difference));
                off = std::isfinite(found) ? std::fmax(off, std::fabs(difference - found)) : INFINITY;
            }
        worst = std::fmax(worst, largest > 0 ? off / largest : off);
    };
    compare(first(x), value);
    compare(second(x), slope);
    return worst;
}
