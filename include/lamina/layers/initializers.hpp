// lamina/layers/initializers.hpp: what a kernel or a bias holds before training.
//
// Sources: Glorot and Bengio 2010; He, Zhang, Ren and Sun 2015; LeCun, Bottou, Orr and Müller 1998. Scales as in Keras.
#pragma once

#include <lamina/core/random.hpp>
#include <lamina/core/text.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/layers/options.hpp>

#include <cmath>

namespace lamina {

/// How many values feed one output (in) and how many outputs one value feeds (out).
struct fans {
    double in, out;
};

namespace detail {

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

} // namespace detail

/// Variance 2 / (in + out). Keras's default for kernels.
struct GlorotUniform {
    using family = family::initialiser;
    static double draw(Random& random, fans f) { return detail::scaled_uniform(random, (f.in + f.out) / 2); }
};
struct GlorotNormal {
    using family = family::initialiser;
    static double draw(Random& random, fans f) { return detail::scaled_normal(random, (f.in + f.out) / 2); }
};

/// Variance 2 / in: for relu.
struct HeUniform {
    using family = family::initialiser;
    static double draw(Random& random, fans f) { return detail::scaled_uniform(random, f.in / 2); }
};
struct HeNormal {
    using family = family::initialiser;
    static double draw(Random& random, fans f) { return detail::scaled_normal(random, f.in / 2); }
};

/// Variance 1 / in: for selu.
struct LecunUniform {
    using family = family::initialiser;
    static double draw(Random& random, fans f) { return detail::scaled_uniform(random, f.in); }
};
struct LecunNormal {
    using family = family::initialiser;
    static double draw(Random& random, fans f) { return detail::scaled_normal(random, f.in); }
};

/// Uniform in [Low, High).
template <fraction Low = -0.05, fraction High = 0.05>
struct RandomUniform {
    using family = family::initialiser;
    static double draw(Random& random, fans) { return random.uniform(Low.value(), High.value()); }
};

template <fraction Deviation = 0.05, fraction Average = 0.0>
struct RandomNormal {
    using family = family::initialiser;
    static double draw(Random& random, fans) { return Average.value() + Deviation.value() * random.normal(); }
};

/// Normal, drawn again beyond two deviations.
template <fraction Deviation = 0.05, fraction Average = 0.0>
struct TruncatedNormal {
    using family = family::initialiser;
    static double draw(Random& random, fans) { return Average.value() + detail::truncated_normal(random, Deviation.value()); }
};

template <fraction Value>
struct Constant {
    using family = family::initialiser;
    static double draw(Random&, fans) { return Value.value(); }
};
struct Zeros {
    using family = family::initialiser;
    static double draw(Random&, fans) { return 0; }
};
struct Ones {
    using family = family::initialiser;
    static double draw(Random&, fans) { return 1; }
};

namespace detail {
[[gnu::cold, gnu::noinline]] inline void draw_all(record& to, double (*draw)(Random&, fans), Random& random, fans f)
{
    const bool single = to.type() == number::float32;
    to.for_each_place([&](std::size_t place) {
        const double value = draw(random, f);
        if (single) to.data<float>()[place] = static_cast<float>(value);
        else to.data<double>()[place] = value;
    });
}
} // namespace detail

/// Draws every element of a variable, in logical order; the padding of its rows stays zero.
template <class Initialiser, class T, shape E>
void initialise(Variable<T, E>& variable, Random& random, fans f)
{
    detail::draw_all(*variable.storage(), &Initialiser::draw, random, f);
}

namespace detail {
template <class Option>
struct bias_initialiser {
    using type = Zeros;
};
template <class Initialiser>
struct bias_initialiser<Bias<Initialiser>> {
    using type = Initialiser;
};
} // namespace detail

/// A layer's bias, where it has one.
template <class BiasOption, class B>
void initialise_bias(B& bias, Random& random, fans f)
{
    if constexpr (is_variable<B>) initialise<typename detail::bias_initialiser<BiasOption>::type>(bias, random, f);
}

} // namespace lamina
