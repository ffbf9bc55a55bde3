// Runs a loss on a reference case: its value and its gradient, in float and in double.
#pragma once

#include "cases/case.hpp"
#include "cases/report.hpp"

#include <lamina/training/score.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace cases {

/// The losses of a case's rows in one batch, with targets of type Y, measured as a step does, and their gradient.
template <class T, class Y, class Loss> void run(Loss loss, Case& c)
{
    using lamina::internals::Score;
    const auto prediction = c.array("y_pred"), target = c.array("y_true"), gradient = c.array("gradient");
    if (prediction.shape.empty() || prediction.size() == 0) return c.differ("the case has no prediction");
    const std::size_t n = prediction.shape[0];
    lamina::Shape output;
    for (std::size_t axis = 1; axis < prediction.shape.size(); ++axis) output.push_back(prediction.shape[axis]);
    if constexpr (requires { loss.axis.see(output, "", ""); }) loss.axis.see(output, Loss::name, "the case");
    const auto [each, width, step] = lamina::internals::rows_of_sample(loss, output);
    if (!c.expect("the gradient", gradient, prediction.shape)) return;
    const std::size_t count = step > 0 ? step : target.size() / n;
    if (target.size() != n * each * count)
        return c.differ("y_true has " + std::to_string(target.size()) + " numbers, the loss needs " +
                        std::to_string(n * each * count));
    const auto weights = c.has("sample_weight") ? c.array("sample_weight").template as<float>() : std::vector<float>();
    if (!weights.empty() && weights.size() != n)
        return c.differ("sample_weight has " + std::to_string(weights.size()) + " numbers for " + std::to_string(n) + " samples");

    const Room<T> p(prediction.as<T>());
    const auto t = target.as<Y>();
    for (std::size_t row = 0; row < n * each; ++row) {
        const lamina::internals::TargetAt<Loss::kind, Y> at(t.data() + row * count, count, output.back());
        if (!lamina::internals::accepts_target(loss, at.get(), width))
            return c.differ("the loss refuses row " + std::to_string(row) + " of y_true, it needs " +
                            lamina::internals::needed_target(loss, width));
    }

    const auto value = [&, rows_of_all = static_cast<double>(n * each)](T* to) {
        constexpr auto end = lamina::protocols::output_activation::none;
        Score<Loss> counted, score;
        counted.count_rows(loss, output, {}, t.data(), {}, 0, n, weights);
        lamina::internals::Rows<T> rows{.output = p.data(), .gradient = to, .n = n, .batch = n, .targets = count};
        rows.share = lamina::internals::share_of(lamina::internals::reduction_of(loss), rows_of_all, counted.counted_rows());
        score.measure(loss, lamina::internals::values<>{}, output, end, rows, t.data(), {}, 0, weights);
        score.end_batch(loss);
        return std::vector<T>{static_cast<T>(score.loss())};
    };
    auto wanted = c.array("value").template as<double>();
    if (wanted.size() > 1) { // without a reduction Keras gives the rows, and a figure is their mean
        for (std::size_t i = 1; i < wanted.size(); ++i) wanted[0] += wanted[i];
        wanted = {wanted[0] / static_cast<double>(wanted.size())};
    }
    Room<T> g(prediction.size(), false);
    c.compare<T>("the value", value(nullptr), wanted);
    c.compare<T>("the value beside the gradient", value(g.data()), wanted);
    c.compare("the gradient", g.all(), gradient.as<double>());
}

/// Keras clips in float, where 1 − 1e-7 is 1 − 1.19e-7. In log(1 − p) that is 1 % of the term, so a binary cross-entropy
/// that clips at the upper end is another number in double, and only its float is compared.
template <class Loss> bool only_float(const Loss& loss, const Case& c)
{
    if constexpr (Loss::name != "binary_crossentropy") return false;
    else {
        const auto predictions = c.array("y_pred").template as<double>();
        return !loss.from_logits && std::any_of(predictions.begin(), predictions.end(), [](double p) { return p > 1 - 1e-7; });
    }
}

template <class Loss> std::vector<std::string> loss(const char* folder, const Loss& loss)
{
    Case c(folder);
    if constexpr (requires { loss.check_settings(); }) loss.check_settings();
    if constexpr (Loss::kind != lamina::protocols::target_kind::same_shape) {
        run<float, std::int32_t>(loss, c);
        run<double, std::int32_t>(loss, c);
    }
    else {
        run<float, float>(loss, c);
        if (!only_float(loss, c)) run<double, double>(loss, c);
    }
    return c.differences();
}

} // namespace cases
