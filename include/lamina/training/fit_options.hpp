// lamina/training/fit_options.hpp: how `fit` and `evaluate` run.
#pragma once

#include <lamina/core/random.hpp>
#include <lamina/core/samples.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace lamina {

/// The settings of `fit`, written in braces: `{.epochs = 10, .validation_data = &test}`. Keras's names and defaults.
template <class X, class Y>
struct FitOptions {
    std::size_t epochs = 1;
    std::size_t batch_size = 32;                     ///< the last batch of an epoch may be smaller
    const Samples<X, Y>* validation_data = nullptr;  ///< evaluated after every epoch
    double validation_split = 0;                     ///< in [0, 1): that part, from the end and before shuffling, validates
    bool shuffle = true;                             ///< a new order every epoch, a function of seed and epoch
    Seed seed{};                                     ///< of shuffling and of layers that draw
    std::map<std::int64_t, float> class_weight{};    ///< factor of a sample's loss by its class; 1 where a class is missing
    std::vector<float> sample_weight{};              ///< factor of a sample's loss, one for each sample or none
    std::size_t threads = 1;                         ///< results do not depend on it
};

/// The settings of `evaluate`.
struct EvaluateOptions {
    std::vector<float> sample_weight{}; ///< as in fit
    std::size_t threads = 1;
};

} // namespace lamina
