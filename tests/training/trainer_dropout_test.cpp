// Dropout in training: masks are drawn from seed, step, place and sample. Read from how often each input was kept.
#include "catch.hpp"
#include "training/problems.hpp"

#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/regularization/dropout.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/optimizers/sgd.hpp>

#include <algorithm>

using namespace lamina;
using namespace lamina::internals;

namespace {

constexpr std::size_t inputs = 64, samples = 64; // two chunks

using Zero = Dense<1, NoBias, Zeros>;
using Once = Sequential<Input<inputs>, Dropout<0.5>, Zero>::as<double>;

/// One layer used twice: each use draws a mask of its own.
struct Twice {
    using input = Input<inputs>;
    Dropout<0.5>::on<inputs>::as<double> dropped;
    Zero::on<inputs>::as<double> last;
    auto operator()(const auto& x) const { return last(dropped(x) + dropped(x)); }
};

/// How often each input was kept in one step on samples of ones: with weights of zero and targets of one, minus the gradient
/// of weight i is 2 / n · Σ 2 · kept.
template <class Trainer, class M> std::vector<int> kept(Trainer& trainer, M& model, Seed seed)
{
    for_each_variable(model, [](auto& v) { std::fill_n(v.data(), v.storage()->stored_size(), 0.0); });
    const Samples ones{xt::xtensor<double, 2>({samples, inputs}, 1.0), xt::xtensor<double, 1>({samples}, 1.0)};
    trainer.fit(ones, {.batch_size = samples, .shuffle = false, .seed = seed});
    std::vector<int> counts;
    for (const double weight : parameters_of(model)) counts.push_back(int(std::lround(weight * samples / 4)));
    return counts;
}

template <class M> auto trainer_for(M& model) { return compile(model, SGD{.learning_rate = 1}, MeanSquaredError{}); }

auto odd_of(const std::vector<int>& counts)
{
    return std::count_if(counts.begin(), counts.end(), [](int n) { return n % 2 == 1; });
}

} // namespace

TEST_CASE("Masks are a function of the seed and the step", "[training][trainer][dropout]")
{
    auto model = build<Once>(Seed{1}), other = build<Once>(Seed{1});
    auto first = trainer_for(model), second = trainer_for(other);
    const auto counts = kept(first, model, Seed{1});
    CHECK(kept(second, other, Seed{1}) == counts);
    CHECK(kept(first, model, Seed{1}) != counts); // the second step
    auto again = trainer_for(other);
    CHECK(kept(again, other, Seed{2}) != counts);
    for (const int n : counts) CHECK((n > 8 && n < 56));
}

TEST_CASE("The chunks of a batch draw different masks", "[training][trainer][dropout]")
{
    auto model = build<Once>(Seed{1});
    auto trainer = trainer_for(model);
    CHECK(odd_of(kept(trainer, model, Seed{1})) > 10); // two equal chunks would make every count even
}

TEST_CASE("A layer that is used twice draws two masks", "[training][trainer][dropout]")
{
    auto model = build<Twice>(Seed{1});
    auto trainer = trainer_for(model);
    CHECK(odd_of(kept(trainer, model, Seed{1})) > 10); // one mask would make every count even
}
