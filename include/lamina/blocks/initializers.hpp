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
