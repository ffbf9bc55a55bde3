// A metric of tensors that is no mean over samples: its mean over batches would be another number.
// expect: error: .*this metric is no mean over samples, so it has no value in a graph or of a tensor; ask evaluate for it
#include <lamina/autodiff/metrics.hpp>
#include <lamina/training/metrics/categorical_accuracy.hpp>
#include <lamina/training/metrics/root_mean_squared_error.hpp>

using namespace lamina;

int main()
{
    const auto y = constant({{0.f, 1.f}}), p = constant({{0.25f, 0.75f}});
#ifdef GOOD
    return metric_of(CategoricalAccuracy{}, y, p).item() == 1 ? 0 : 1;
#else
    return metric_of(RootMeanSquaredError{}, y, p) ? 0 : 1;
#endif
}
