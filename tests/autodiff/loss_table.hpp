// tests/autodiff/loss_table.hpp: every loss of the catalogue, with shapes and ranges of samples for it.
#pragma once

#include <lamina/lamina.hpp>

namespace losses {

/// What targets are drawn from.
struct Targets {
    double low, high;
    bool whole = false;
};

/// Calls check(loss, shape of a prediction, shape of its targets, the range of predictions, targets) for losses of numbers.
template <class Check> void for_each_loss_of_numbers(const Check& check)
{
    using namespace lamina;
    const auto row = [&](const auto& loss, const Shape& p, const Shape& y, double low, double high, const Targets& targets) {
        check(loss, p, y, low, high, targets);
    };
    row(MeanSquaredError{}, {5}, {5}, -2, 2, {-2, 2});
    row(MeanSquaredError{.reduction = Reduction::sum}, {2, 3}, {2, 3}, -2, 2, {-2, 2});
    row(MeanSquaredError{.reduction = Reduction::none}, {2, 3}, {2, 3}, -2, 2, {-2, 2});
    row(MeanAbsoluteError{}, {5}, {5}, -2, 2, {-2, 2});
    row(MeanAbsolutePercentageError{}, {5}, {5}, -2, 2, {-2, 2});
    row(MeanSquaredLogarithmicError{}, {5}, {5}, -0.5, 2, {-0.5, 2});
    row(LogCosh{}, {5}, {5}, -2, 2, {-2, 2});
    row(Huber{.delta = 0.5f}, {5}, {5}, -2, 2, {-2, 2});
    row(Poisson{}, {5}, {5}, 0.1, 2, {0, 4, true});
    row(Hinge{}, {5}, {5}, -2, 2, {-1, 1.99, true});
    row(SquaredHinge{}, {5}, {5}, -2, 2, {-1, 1.99, true});
    row(CosineSimilarity{}, {2, 3}, {2, 3}, -2, 2, {-2, 2});
    row(CosineSimilarity{.axis = {1, 3}}, {2, 3, 2}, {2, 3, 2}, -2, 2, {-2, 2});
    row(CosineSimilarity{.axis = 1, .reduction = Reduction::sum}, {2, 3}, {2, 3}, -2, 2, {-2, 2});
    row(CosineSimilarity{.axis = 1, .reduction = Reduction::none}, {2, 3}, {2, 3}, -2, 2, {-2, 2});
    row(MeanSquaredError{.reduction = Reduction::mean_with_sample_weight}, {2, 3}, {6}, -2, 2, {-2, 2});
}

/// The same for losses of probabilities and classes.
template <class Check> void for_each_loss_of_probabilities(const Check& check)
{
    using namespace lamina;
    const auto row = [&](const auto& loss, const Shape& p, const Shape& y, double low, double high, const Targets& targets) {
        check(loss, p, y, low, high, targets);
    };
    row(BinaryCrossentropy{}, {5}, {5}, 0.05, 0.95, {0, 1});
    row(BinaryCrossentropy{.from_logits = true, .label_smoothing = 0.2f}, {5}, {5}, -3, 3, {0, 1});
    row(BinaryFocalCrossentropy{.apply_class_balancing = true, .alpha = 0.3f, .gamma = 3}, {4}, {4}, 0.05, 0.95, {0, 1});
    row(BinaryFocalCrossentropy{.gamma = 1.5f, .from_logits = true, .label_smoothing = 0.1f}, {4}, {4}, -3, 3, {0, 1});
    row(CategoricalCrossentropy{}, {5}, {5}, 0.05, 0.95, {0, 1});
    row(CategoricalCrossentropy{.from_logits = true, .label_smoothing = 0.2f}, {2, 5}, {2, 5}, -3, 3, {0, 1});
    row(CategoricalFocalCrossentropy{.gamma = 3}, {5}, {5}, 0.05, 0.95, {0, 1});
    row(CategoricalFocalCrossentropy{.from_logits = true, .label_smoothing = 0.2f}, {5}, {5}, -3, 3, {0, 1});
    row(SparseCategoricalCrossentropy{}, {5}, {1}, 0.05, 0.95, {0, 5, true});
    row(SparseCategoricalCrossentropy{.from_logits = true, .label_smoothing = 0.2f}, {5}, {1}, -3, 3, {0, 5, true});
    row(SparseCategoricalCrossentropy{.from_logits = true, .ignore_class = -1}, {2, 3, 4}, {2, 3}, -3, 3, {-1, 4, true});
    row(CategoricalGeneralizedCrossEntropy{.q = 0.7f}, {5}, {1}, 0.05, 0.95, {0, 5, true});
    row(CategoricalHinge{}, {5}, {5}, -2, 2, {0, 1.99, true});
    row(KLDivergence{}, {5}, {5}, 0.05, 0.95, {0, 1});
    row(Dice{}, {2, 3}, {2, 3}, 0.05, 0.95, {0, 1});
    row(Dice{.axis = {1, 2}}, {2, 3, 2}, {2, 3, 2}, 0.05, 0.95, {0, 1});
    row(Tversky{.alpha = 0.3f, .beta = 0.9f}, {6}, {6}, 0.05, 0.95, {0, 1});
    row(Tversky{.alpha = 0.3f, .axis = -1}, {2, 3}, {2, 3}, 0.05, 0.95, {0, 1});
    row(SparseCategoricalCrossentropy{.from_logits = true}, {5}, {1}, -3, 3, {0, 5, true});
    row(SparseCategoricalCrossentropy{.from_logits = true, .ignore_class = 2, .reduction = Reduction::mean_with_sample_weight},
        {3, 4}, {3}, -3, 3, {0, 4, true});
}

} // namespace losses
