// Noise and its kin: nothing in inference, moments in training, whole channels, gradients under what was drawn.
#include "layers/gradient_check.hpp"

#include <lamina/layers/regularization/alpha_dropout.hpp>
#include <lamina/layers/regularization/gaussian_dropout.hpp>
#include <lamina/layers/regularization/gaussian_noise.hpp>
#include <lamina/layers/regularization/spatial_dropout1d.hpp>
#include <lamina/layers/regularization/spatial_dropout2d.hpp>

using namespace lamina;
using namespace lamina::internals;

static_assert(GaussianNoise<0.1>::accept(Shape{5, 7}).output == Shape{5, 7});
static_assert(GaussianNoise<-0.1>::accept(Shape{5}).answer == misfit::a_deviation_or_a_factor_is_not_below_0);
static_assert(GaussianDropout<1>::accept(Shape{5}).answer == misfit::a_rate_is_a_probability_in_0_to_1__1_excluded);
static_assert(AlphaDropout<1>::accept(Shape{5}).answer == misfit::a_rate_is_a_probability_in_0_to_1__1_excluded);
static_assert(SpatialDropout2D<0.5>::accept(Shape{5, 7}).answer == misfit::needs_rank_3__height_width_channels);
static_assert(SpatialDropout1D<-1>::accept(Shape{5, 7}).answer == misfit::a_rate_is_a_probability_in_0_to_1__1_excluded);
static_assert(GaussianNoise<0.1>::on<5, 3>::passes_mask && SpatialDropout1D<0.1>::on<5, 3>::passes_mask);

namespace {

constexpr Mode training{.training = true, .seed = 1, .step = 2, .place = 3, .first = 4};

/// What a layer makes of samples of one number each, or of normal ones.
template <class B> std::vector<float> of(Mode mode, std::size_t n, float value)
{
    std::vector<float> x(n * B::input.size(), value), y(x.size()), scratch(scratch_of<B>(n) + 1);
    Random random(Seed{1});
    if (value == 0)
        for (float& v : x) v = float(random.normal());
    B{}.forward(mode, x.data(), y.data(), nullptr, scratch.data(), n);
    return y;
}

struct Moments {
    double mean = 0, deviation = 0;
};

Moments moments(const std::vector<float>& y)
{
    Moments m;
    for (const float v : y) m.mean += v;
    m.mean /= double(y.size());
    for (const float v : y) m.deviation += (v - m.mean) * (v - m.mean);
    m.deviation = std::sqrt(m.deviation / double(y.size()));
    return m;
}

} // namespace

TEST_CASE("Noise has the mean and the deviation that it says, and there is none in inference", "[layers][noise]")
{
    const auto added = moments(of<GaussianNoise<0.2>::on<1001>>(training, 100, 3));
    CHECK(std::fabs(added.mean - 3) < 5 * 0.2 / std::sqrt(100100.));
    CHECK(added.deviation == Approx(0.2).epsilon(0.02));
    const auto times = moments(of<GaussianDropout<0.2>::on<1001>>(training, 100, 3));
    CHECK(std::fabs(times.mean - 3) < 5 * 1.5 / std::sqrt(100100.));
    CHECK(times.deviation == Approx(3 * 0.5).epsilon(0.02));                       // sqrt(0.2 / 0.8)
    const auto alpha = moments(of<AlphaDropout<0.2>::on<1001>>(training, 100, 0)); // of normal numbers
    CHECK(std::fabs(alpha.mean) < 0.02);
    CHECK(alpha.deviation == Approx(1).epsilon(0.02));
    CHECK(of<GaussianNoise<0.2>::on<7>>({}, 2, 3) == std::vector<float>(14, 3));
    CHECK(of<GaussianDropout<0.2>::on<7>>({}, 2, 3) == std::vector<float>(14, 3));
    CHECK(of<AlphaDropout<0.2>::on<7>>({}, 2, 3) == std::vector<float>(14, 3));
    CHECK(of<SpatialDropout2D<0.2>::on<2, 2, 7>>({}, 2, 3) == std::vector<float>(56, 3));
    CHECK(of<GaussianNoise<0.2>::on<7>>(training, 2, 3) != of<GaussianNoise<0.2>::on<7>>(training.inside(1), 2, 3));
}

TEST_CASE("A spatial dropout takes whole channels", "[layers][noise]")
{
    const auto y = of<SpatialDropout1D<0.25>::on<3, 101>>(training, 40, 3);
    std::size_t dropped = 0;
    for (std::size_t sample = 0; sample < 40; ++sample)
        for (std::size_t c = 0; c < 101; ++c) {
            const float first = y[sample * 303 + c];
            REQUIRE((first == 0 || first == 4));
            for (std::size_t step = 1; step < 3; ++step) REQUIRE(y[sample * 303 + step * 101 + c] == first);
            dropped += first == 0;
        }
    CHECK(std::fabs(double(dropped) - 1010) < 5 * std::sqrt(4040 * 0.25 * 0.75));
}

TEST_CASE("Gradients of noise agree with central differences", "[layers][noise][gradients]")
{
    check_gradients_of_each<GaussianNoise<0.2>::on<5>::as<double>, GaussianDropout<0.3>::on<7>::as<double>,
                            AlphaDropout<0.3>::on<9>::as<double>, SpatialDropout2D<0.4>::on<3, 2, 5>::as<double>>();
}
