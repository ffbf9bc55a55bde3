// What the tests of ops share: an op at work on samples, its derivative against central differences in double.
#pragma once

#include "catch.hpp"
#include "kernels/buffer.hpp"

#include <lamina/ops/apply.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

struct OpCheck {
    double low = -1.5, high = 1.5; ///< of the inputs
    double number = 0;             ///< of an op that has one
    double tolerance = 1e-6;       ///< of the largest slope
};

/// The node of an op: its derivative agrees with central differences, it writes inside of its outputs only and none that is not
/// wanted, and a sample gives the same bits in a batch and alone.
template <class Op, lamina::Shape... In> void check_op(const OpCheck& how = {})
{
    using namespace lamina;
    using namespace lamina::internals;
    constexpr std::size_t inputs = sizeof...(In);
    constexpr verdict answer = Op::accept(std::array{In...});
    static_assert(answer.answer == misfit::none);
    constexpr std::size_t out = answer.output.size();
    constexpr std::array sizes{In.size()...};
    const PlanNode<double> node = ops::node_of_op<Op, double, In...>(how.number);
    const void* const number = &node.number;

    for (const std::size_t n : {0u, 1u, 2u, 5u}) {
        INFO(Op::name << " of " << answer.output << ", " << n << " samples");
        std::vector<Buffer<double>> x, dx;
        std::array<const double*, inputs> in{};
        std::array<double*, inputs> din{}, none{};
        for (std::size_t i = 0; i < inputs; ++i) {
            x.push_back(Buffer<double>(n * sizes[i], 1 + i).random(static_cast<unsigned>(7 * n + i), how.low, how.high));
            dx.push_back(Buffer<double>(n * sizes[i], 3 + i, std::numeric_limits<double>::quiet_NaN()));
        }
        for (std::size_t i = 0; i < inputs; ++i) {
            in[i] = x[i].data();
            din[i] = dx[i].data();
        }
        Buffer<double> y(n * out, 3), weights(n * out, 5), scratch(node.scratch(n)), moved(n * out);
        weights.random(9);
        node.forward(number, {}, in.data(), y.data(), nullptr, nullptr, n);
        node.backward(number, nullptr, {}, in.data(), y.data(), nullptr, weights.data(), din.data(), scratch.data(), n);
        node.backward(number, nullptr, {}, in.data(), y.data(), nullptr, weights.data(), none.data(), scratch.data(), n);
        CHECK((y.guarded() && scratch.guarded()));

        for (std::size_t sample = 0; sample < n; ++sample) {
            std::array<const double*, inputs> one = in;
            for (std::size_t i = 0; i < inputs; ++i) one[i] += sample * sizes[i];
            node.forward(number, {}, one.data(), moved.data(), nullptr, nullptr, 1);
            bool same = true;
            for (std::size_t i = 0; i < out; ++i) same = same && moved[i] == y[sample * out + i];
            CHECK(same);
        }
        double largest = 0, off = 0;
        for (std::size_t i = 0; i < inputs; ++i) {
            CHECK(dx[i].guarded());
            for (std::size_t k = 0; k < x[i].size(); ++k) {
                constexpr double h = 1e-6;
                const double old = x[i][k];
                const auto value = [&](double at) {
                    x[i][k] = at;
                    node.forward(number, {}, in.data(), moved.data(), nullptr, nullptr, n);
                    double sum = 0;
                    for (std::size_t j = 0; j < moved.size(); ++j) sum += weights[j] * moved[j];
                    return sum;
                };
                const double slope = (value(old + h) - value(old - h)) / (2 * h);
                x[i][k] = old;
                REQUIRE(std::isfinite(dx[i][k]));
                largest = std::fmax(largest, std::fabs(slope));
                off = std::fmax(off, std::fabs(slope - dx[i][k]));
            }
        }
        INFO("off by " << off << ", the largest slope is " << largest);
        CHECK(off <= how.tolerance * largest);
    }
}
