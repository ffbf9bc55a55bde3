// Runs a loss on a reference case: its value and its gradient, in float and in double.
#pragma once

#include "cases/case.hpp"
#include "cases/report.hpp"

#include <lamina/training/loss.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace cases {

/// The mean over rows, times their weights where the case has some, and the gradient of that, with targets of type Y.
template <class T, class Y, class Loss> void run(const Loss& loss, Case& c)
{
    const auto prediction = c.array("y_pred"), target = c.array("y_true"), gradient = c.array("gradient");
    const auto& shape = prediction.shape;
    const std::size_t width = shape.empty() ? 1 : shape.back(), rows = width == 0 ? 0 : prediction.size() / width;
    const bool labels = Loss::kind == lamina::protocols::target_kind::class_index;
    if (prediction.size() == 0) return c.differ("the case has no prediction");
    if (!c.expect("the gradient", gradient, shape)) return;
    if (labels ? target.size() != rows : target.shape != shape)
        return c.differ("y_true has " + std::to_string(target.size()) + " numbers, the loss needs " +
                        std::to_string(labels ? rows : prediction.size()));

    const auto weights = c.has("sample_weight") ? c.array("sample_weight").template as<T>() : std::vector<T>(rows, T(1));
    if (weights.empty() || rows % weights.size() != 0)
        return c.differ("sample_weight has " + std::to_string(weights.size()) + " numbers for " + std::to_string(rows) + " rows");

    const Room<T> p(prediction.as<T>());
    const auto t = target.as<Y>();
    Room<T> g(prediction.size(), false);
    double with_gradient = 0, without = 0;
    T* const none = nullptr;
    for (std::size_t row = 0; row < rows; ++row) {
        const T* const at = p.data() + row * width;
        const Y* const wanted = t.data() + (labels ? row : row * width);
        if (!lamina::internals::accepts_target(loss, wanted, width))
            return c.differ("the loss refuses row " + std::to_string(row) + " of y_true, it needs " +
                            lamina::internals::needed_target(loss, width));
        const T weight = weights[row / (rows / weights.size())];
        with_gradient +=
            static_cast<double>(weight * loss.row(at, wanted, width, g.data() + row * width, weight / static_cast<T>(rows)));
        without += static_cast<double>(weight * loss.row(at, wanted, width, none, T(1)));
    }
    const auto mean = [&](double sum) { return std::vector<T>{static_cast<T>(sum / static_cast<double>(rows))}; };
    c.compare<T>("the value", mean(without), c.array("value").template as<double>());
    c.compare<T>("the value beside the gradient", mean(with_gradient), c.array("value").template as<double>());
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
    if constexpr (Loss::kind == lamina::protocols::target_kind::class_index) {
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
