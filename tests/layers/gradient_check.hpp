// What the tests of layers and models share: the protocol of a block, and its gradients against central differences in double.
#pragma once

#include "catch.hpp"
#include "kernels/buffer.hpp"

#include <lamina/blocks/block.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/clone.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

/// The learned numbers of a model, in the order of its fields; or those that are observed.
template <class M> std::vector<double*> numbers_of(M& model, bool observed = false)
{
    std::vector<double*> found;
    lamina::for_each_variable(model, [&](auto& v) {
        if (v.as.observed == observed) v.storage()->template for_each<double>([&](double& e) { found.push_back(&e); });
    });
    return found;
}

/// Fills every learned number with a random one, biases as well; what is observed lies about 1, as it may be a variance.
template <class M> void randomize(M& model, unsigned seed, double width = 0.5)
{
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> draw(-width, width);
    for (double* number : numbers_of(model)) *number = draw(random);
    for (double* number : numbers_of(model, true)) *number = 1 + draw(random);
}

/// Whether what lies between the stored rows of a model is still zero.
template <class M> bool gaps_are_zero(M& model)
{
    bool zero = true;
    lamina::for_each_variable(model, [&](auto& v) {
        double learned = 0, stored = 0;
        v.storage()->template for_each<double>([&](double& e) { learned += std::fabs(e); });
        for (std::size_t i = 0; i < v.storage()->stored_size(); ++i) stored += std::fabs(v.data()[i]);
        zero = zero && std::fabs(stored - learned) <= 1e-12 * stored;
    });
    return zero;
}

/// The mode of the samples from `first` on, with their masks, which have as many steps as B's input.
template <class B> struct ModeFrom : lamina::protocols::Mode {
    const std::uint8_t* mask_from = nullptr;

    ModeFrom(const lamina::protocols::Mode& of, std::size_t first_sample) : Mode(of)
    {
        first += first_sample;
        if (!masks) return;
        mask_from = masks[0] + first_sample * B::input[0];
        masks = &mask_from;
    }
    ModeFrom(const ModeFrom&) = delete;
};

/// A block at work on n samples, in guarded memory: scratch and what it keeps start as NaN, x, y, dx lie off every boundary.
template <class B> struct Passes {
    static constexpr std::size_t in = B::input.size(), out = B::output.size();
    static constexpr double nan = std::numeric_limits<double>::quiet_NaN();

    const B& block;
    lamina::protocols::Mode mode;
    std::size_t n;
    Buffer<double> x{n * in, 1}, y{n * out, 3, nan}, weights{n * out, 5}, dx{n * in, 7, nan};
    Buffer<double> saved{lamina::internals::saved_of<B>(n) + 8, 0, nan}, scratch{lamina::internals::scratch_of<B>(n), 0, nan};

    Passes(const B& of, lamina::protocols::Mode how, std::size_t count, unsigned seed, double low, double high)
        : block(of), mode(how), n(count)
    {
        x.random(seed, low, high);
        weights.random(seed + 1);
    }

    void forward() { block.forward(mode, x.data(), y.data(), saved.data(), scratch.data(), n); }

    /// L = Σ weights · y.
    void backward(B& gradient, bool wants_dx = true)
    {
        block.backward(mode, x.data(), y.data(), saved.data(), weights.data(), wants_dx ? dx.data() : nullptr, gradient,
                       scratch.data(), n);
    }

    bool guarded() const
    {
        return x.guarded() && y.guarded() && weights.guarded() && dx.guarded() && saved.guarded() && scratch.guarded();
    }

    /// The central difference of L by one number, which `samples` from `first` on depend on.
    double slope(double& number, std::size_t first, std::size_t samples) const
    {
        constexpr double h = 1e-5;
        const ModeFrom<B> here(mode, first);
        Buffer<double> kept(lamina::internals::saved_of<B>(samples) + 8), room(lamina::internals::scratch_of<B>(samples)),
            above(samples * out), below(samples * out);
        const double old = number;
        number = old + h;
        block.forward(here, x.data() + first * in, above.data(), kept.data(), room.data(), samples);
        number = old - h;
        block.forward(here, x.data() + first * in, below.data(), kept.data(), room.data(), samples);
        number = old;
        double sum = 0;
        for (std::size_t i = 0; i < samples * out; ++i) sum += weights[first * out + i] * (above[i] - below[i]);
        return sum / (2 * h);
    }
};

/// At most `most` places below `size`, all of them if they are few.
inline std::vector<std::size_t> some_of(std::size_t size, std::size_t most, unsigned seed)
{
    std::vector<std::size_t> places(size);
    for (std::size_t i = 0; i < size; ++i) places[i] = i;
    if (size <= most) return places;
    std::mt19937 random(seed);
    std::shuffle(places.begin(), places.end(), random);
    places.resize(most);
    return places;
}

struct GradientCheck {
    lamina::protocols::Mode mode{.training = true, .seed = 3, .step = 5};
    double low = -1.5, high = 1.5; ///< of the inputs
    double tolerance = 1e-6;       ///< of the largest gradient of the batch
    unsigned seed = 1;
    std::vector<std::size_t> counts{0, 1, 2, 5, 33};
};

/// Gradients agree with central differences; backward adds to the gradient, twice is double; nothing is written outside,
/// nothing is read that was not written; a batch is its samples one by one; inference gives what training gave.
template <class B> void check_gradients(const GradientCheck& how = {})
{
    static_assert(lamina::protocols::Block<B>);
    static_assert(std::is_same_v<typename B::value_type, double>, "central differences need double");
    INFO("input " << B::input << ", output " << B::output << ", seed " << how.seed);

    B block = lamina::build<B>(lamina::Seed{how.seed});
    randomize(block, how.seed);
    for (const std::size_t n : how.counts) {
        INFO(n << " samples");
        Passes<B> at(block, how.mode, n, how.seed + unsigned(n), how.low, how.high);
        at.forward();
        B gradient = lamina::zeros_like(block), without_dx = lamina::zeros_like(block);
        at.backward(gradient);
        at.backward(without_dx, false);
        REQUIRE(at.guarded());
        REQUIRE(gaps_are_zero(gradient));

        const auto numbers = numbers_of(block), slopes = numbers_of(gradient), same = numbers_of(without_dx);
        double largest = 0, off = 0;
        for (std::size_t i = 0; i < slopes.size(); ++i) {
            largest = std::fmax(largest, std::fabs(*slopes[i]));
            REQUIRE(*slopes[i] == *same[i]);
        }
        for (const std::size_t i : some_of(n > 0 ? numbers.size() : 0, 40, how.seed)) {
            const double difference = std::fabs(*slopes[i] - at.slope(*numbers[i], 0, n));
            off = difference <= off ? off : difference;
        }
        INFO("parameters: off by " << off << ", the largest gradient is " << largest);
        CHECK(off <= how.tolerance * largest);
        CHECK((n == 0 || slopes.empty() || largest > 0));

        largest = off = 0;
        for (std::size_t i = 0; i < n * B::input.size(); ++i) {
            REQUIRE(std::isfinite(at.dx[i]));
            largest = std::fmax(largest, std::fabs(at.dx[i]));
        }
        for (const std::size_t i : some_of(n * B::input.size(), 60, how.seed)) {
            constexpr bool whole = lamina::internals::across_batch_of<B>(); // then every sample depends on every number
            const double slope = at.slope(at.x[i], whole ? 0 : i / B::input.size(), whole ? n : 1);
            const double difference = std::fabs(at.dx[i] - slope);
            off = difference <= off ? off : difference;
        }
        INFO("inputs: off by " << off << ", the largest gradient is " << largest);
        CHECK(off <= how.tolerance * largest);

        std::vector<double> once;
        for (const double* slope : slopes) once.push_back(*slope);
        at.backward(gradient);
        off = 0;
        for (std::size_t i = 0; i < once.size(); ++i) off = std::fmax(off, std::fabs(*slopes[i] - 2 * once[i]));
        CHECK(off <= 1e-12 * (1 + largest) * double(n + 1));

        Buffer<double> again(at.y.size(), 2);
        if (how.mode.training && n > 0 && !lamina::internals::across_batch_of<B>()) {
            const ModeFrom<B> later(how.mode, n - 1);
            block.forward(later, at.x.data() + (n - 1) * at.in, again.data(), at.saved.data(), at.scratch.data(), 1);
            for (std::size_t i = 0; i < at.out; ++i)
                CHECK(again[i] == Approx(at.y[(n - 1) * at.out + i]).epsilon(1e-13).margin(1e-14));
        }
        lamina::protocols::Mode inference = how.mode;
        inference.training = false;
        block.forward(inference, at.x.data(), at.y.data(), at.saved.data(), at.scratch.data(), n);
        block.forward(lamina::protocols::Mode{.masks = how.mode.masks}, at.x.data(), again.data(), nullptr, at.scratch.data(), n);
        CHECK(again.guarded());
        for (std::size_t i = 0; i < at.y.size(); ++i) REQUIRE(again[i] == at.y[i]);
    }
}

/// The same for many blocks, each with another seed.
template <class... Blocks> void check_gradients_of_each(GradientCheck how = {})
{
    ((check_gradients<Blocks>(how), ++how.seed), ...);
}
