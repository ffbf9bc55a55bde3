// lamina/blocks/initializers.hpp: what a kernel or a bias holds before training.
//
// Sources: Glorot and Bengio 2010; He, Zhang, Ren and Sun 2015; LeCun, Bottou, Orr and Müller 1998. Scales as in Keras.
#pragma once

#include <lamina/blocks/options.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/literal.hpp>
#include <lamina/core/random.hpp>
#include <lamina/core/variable.hpp>

#include <cmath>
#include <string_view>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace protocols {

/// How many values feed one output (in) and how many outputs one value feeds (out).
struct fans {
    double in, out;
};

} // namespace protocols

namespace internals {

/// A normal number within two deviations, drawn again until it is; 0.8796… is the deviation of what remains.
inline double truncated_normal(Random& random, double deviation)
{
    for (;;)
        if (const double z = random.normal(); std::fabs(z) <= 2) return deviation * z;
}
inline constexpr double truncation = 0.87962566103423978;

/// Variance 1 / n, from a uniform or a truncated normal distribution.
inline double scaled_uniform(Random& random, double n)
{
    const double limit = std::sqrt(3 / n);
    return random.uniform(-limit, limit);
}
inline double scaled_normal(Random& random, double n) { return truncated_normal(random, std::sqrt(1 / n) / truncation); }

} // namespace internals

/// Variance 2 / (in + out). Keras's default for kernels.
struct GlorotUniform {
    using family = protocols::family::initializer;
    static constexpr std::string_view class_name = "GlorotUniform";
    static double draw(Random& random, protocols::fans f) { return internals::scaled_uniform(random, (f.in + f.out) / 2); }
};
struct GlorotNormal {
    using family = protocols::family::initializer;
    static constexpr std::string_view class_name = "GlorotNormal";
    static double draw(Random& random, protocols::fans f) { return internals::scaled_normal(random, (f.in + f.out) / 2); }
};

/// Variance 2 / in: for relu.
struct HeUniform {
    using family = protocols::family::initializer;
    static constexpr std::string_view class_name = "HeUniform";
    static double draw(Random& random, protocols::fans f) { return internals::scaled_uniform(random, f.in / 2); }
};
struct HeNormal {
    using family = protocols::family::initializer;
    static constexpr std::string_view class_name = "HeNormal";
    static double draw(Random& random, protocols::fans f) { return internals::scaled_normal(random, f.in / 2); }
};

/// Variance 1 / in: for selu.
struct LecunUniform {
    using family = protocols::family::initializer;
    static constexpr std::string_view class_name = "LecunUniform";
    static double draw(Random& random, protocols::fans f) { return internals::scaled_uniform(random, f.in); }
};
struct LecunNormal {
    using family = protocols::family::initializer;
    static constexpr std::string_view class_name = "LecunNormal";
    static double draw(Random& random, protocols::fans f) { return internals::scaled_normal(random, f.in); }
};

/// What the variance of VarianceScaling is divided by, and how its numbers are distributed.
enum class FanMode { fan_in, fan_out, fan_avg };
enum class Distribution { truncated_normal, untruncated_normal, uniform };
[[gnu::cold]] constexpr std::string_view word_of(FanMode mode)
{
    return mode == FanMode::fan_in ? "fan_in" : mode == FanMode::fan_out ? "fan_out" : "fan_avg";
}
[[gnu::cold]] constexpr std::string_view word_of(Distribution form)
{
    return form == Distribution::uniform              ? "uniform"
           : form == Distribution::untruncated_normal ? "untruncated_normal"
                                                      : "truncated_normal";
}

/// Variance Scale / fan: what the six above are cases of.
template <internals::fraction Scale = 1.0, FanMode Mode = FanMode::fan_in, Distribution Form = Distribution::truncated_normal>
struct VarianceScaling {
    static_assert(Scale.value() > 0, "lamina: VarianceScaling: the scale has to be positive");
    using family = protocols::family::initializer;
    static constexpr std::string_view class_name = "VarianceScaling";
    static double draw(Random& random, protocols::fans f)
    {
        const double n = (Mode == FanMode::fan_in ? f.in : Mode == FanMode::fan_out ? f.out : (f.in + f.out) / 2) / Scale.value();
        if (Form == Distribution::uniform) return internals::scaled_uniform(random, n);
        return Form == Distribution::untruncated_normal ? std::sqrt(1 / n) * random.normal()
                                                        : internals::scaled_normal(random, n);
    }
    template <class To> static void list_options(To& to)
    {
        to("scale", Scale.value(), 1.0);
        to("mode", Mode, FanMode::fan_in);
        to("distribution", Form, Distribution::truncated_normal);
    }
};

/// Uniform in [Low, High).
template <internals::fraction Low = -0.05, internals::fraction High = 0.05> struct RandomUniform {
    using family = protocols::family::initializer;
    static constexpr std::string_view class_name = "RandomUniform";
    static double draw(Random& random, protocols::fans) { return random.uniform(Low.value(), High.value()); }
    template <class To> static void list_options(To& to)
    {
        to("minval", Low.value(), -0.05);
        to("maxval", High.value(), 0.05);
    }
};

template <internals::fraction Deviation = 0.05, internals::fraction Average = 0.0> struct RandomNormal {
    using family = protocols::family::initializer;
    static constexpr std::string_view class_name = "RandomNormal";
    static double draw(Random& random, protocols::fans) { return Average.value() + Deviation.value() * random.normal(); }
    template <class To> static void list_options(To& to)
    {
        to("stddev", Deviation.value(), 0.05);
        to("mean", Average.value(), 0.0);
    }
};

/// Normal, drawn again beyond two deviations.
template <internals::fraction Deviation = 0.05, internals::fraction Average = 0.0> struct TruncatedNormal {
    using family = protocols::family::initializer;
    static constexpr std::string_view class_name = "TruncatedNormal";
    static double draw(Random& random, protocols::fans)
    {
        return Average.value() + internals::truncated_normal(random, Deviation.value());
    }
    template <class To> static void list_options(To& to)
    {
        to("stddev", Deviation.value(), 0.05);
        to("mean", Average.value(), 0.0);
    }
};

template <internals::fraction Value> struct Constant {
    using family = protocols::family::initializer;
    static constexpr std::string_view class_name = "Constant";
    static double draw(Random&, protocols::fans) { return Value.value(); }
    template <class To> static void list_options(To& to) { to("value", Value.value(), 0.0); }
};
struct Zeros {
    using family = protocols::family::initializer;
    static constexpr std::string_view class_name = "Zeros";
    static double draw(Random&, protocols::fans) { return 0; }
};
struct Ones {
    using family = protocols::family::initializer;
    static constexpr std::string_view class_name = "Ones";
    static double draw(Random&, protocols::fans) { return 1; }
};

/// Gain where row and column are the same, 0 elsewhere: Keras's Identity, for variables of rank 2.
template <internals::fraction Gain = 1.0> struct IdentityMatrix {
    using family = protocols::family::initializer;
    static constexpr std::string_view class_name = "Identity";
    static constexpr bool fit(const Shape& weights) { return weights.rank == 2; }
    template <class To> static void list_options(To& to) { to("gain", Gain.value(), 1.0); }

    static void fill(stored_types::record& to, Random&)
    {
        const std::size_t columns = to.extents().back();
        std::size_t i = 0;
        to.for_each_place([&](std::size_t place) {
            const double value = i / columns == i % columns ? Gain.value() : 0.0;
            if (to.type() == stored_types::dtype::float32) to.data<float>()[place] = static_cast<float>(value);
            else to.data<double>()[place] = value;
            ++i;
        });
    }
};

namespace internals {

[[gnu::cold, gnu::noinline]] inline void draw_all(record& to, double (*draw)(Random&, fans), Random& random, fans f)
{
    const bool single = to.type() == dtype::float32;
    if (!is_of_variables(to.type())) return; // whole numbers are not drawn: zeros stay
    to.for_each_place([&](std::size_t place) {
        const double value = draw(random, f);
        if (single) to.data<float>()[place] = static_cast<float>(value);
        else to.data<double>()[place] = value;
    });
}

} // namespace internals

namespace protocols {

/// Draws every element of a variable, in logical order; the padding of its rows stays zero.
template <class Initializer, class T, Shape E, stored_types::storage_kind As>
void initialize(Variable<T, E, As>& variable, Random& random, fans f)
{
    if constexpr (requires { Initializer::fit(E); })
        static_assert(Initializer::fit(E), "lamina: this initializer is for variables of another rank, see its description");
    if constexpr (requires { Initializer::fill(*variable.storage(), random); }) Initializer::fill(*variable.storage(), random);
    else internals::draw_all(*variable.storage(), &Initializer::draw, random, f);
}

} // namespace protocols

namespace internals {

template <class Option> struct bias_initializer {
    using type = Zeros;
};
template <class Initializer> struct bias_initializer<Bias<Initializer>> {
    using type = Initializer;
};

} // namespace internals

namespace protocols {

/// A layer's bias, where it has one.
template <class BiasOption, class B> void initialize_bias(B& bias, Random& random, fans f)
{
    if constexpr (internals::is_variable<B>) initialize<typename internals::bias_initializer<BiasOption>::type>(bias, random, f);
}

/// What the list of a layer's options says of its bias.
template <class BiasOption, class To> void list_bias(To& to)
{
    to("use_bias", !std::is_same_v<BiasOption, NoBias>, true);
    to("bias_initializer", typename internals::bias_initializer<BiasOption>::type{}, Zeros{});
}

} // namespace protocols

}} // namespace lamina
