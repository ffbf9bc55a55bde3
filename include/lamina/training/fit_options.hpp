// lamina/training/fit_options.hpp: how `fit` and `evaluate` run.
#pragma once

#include <lamina/core/random.hpp>
#include <lamina/core/samples.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace lamina {

/// Points to samples that live elsewhere, or to none.
template <class X, class Y>
class SamplesPointer {
public:
    SamplesPointer() = default;
    SamplesPointer(const Samples<X, Y>* samples) : at(samples) {}
    SamplesPointer(const Samples<X, Y>& samples) : at(&samples) {}
    SamplesPointer(Samples<X, Y>&&) = delete; // they would be gone when fit looks

    explicit operator bool() const { return at != nullptr; }
    const Samples<X, Y>& operator*() const { return *at; }
    const Samples<X, Y>* operator->() const { return at; }

private:
    const Samples<X, Y>* at = nullptr;
};

/// The settings of `fit`, written in braces: `{.epochs = 10, .validation_data = &test}`. Keras's names and defaults.
template <class X, class Y>
struct FitOptions {
    std::size_t epochs = 1;
    std::size_t batch_size = 32; ///< the last batch of an epoch may be smaller
    SamplesPointer<X, Y>
        validation_data{};       ///< `&test` or `test`, which has to live as long as fit runs; evaluated after every epoch
    double validation_split = 0; ///< in [0, 1): that part, from the end and before shuffling, validates
    bool shuffle = true;         ///< a new order every epoch, a function of seed and epoch
    Seed seed{};                 ///< of shuffling and of layers that draw
    std::map<std::int64_t, float> class_weight{}; ///< factor of a sample's loss by its class; 1 where a class is missing
    std::vector<float> sample_weight{};           ///< factor of a sample's loss, one for each sample or none
    std::size_t threads = 1; ///< results do not depend on it; a batch runs on one thread for each 32 samples, at most 8
};

/// The settings of `evaluate`.
struct EvaluateOptions {
    std::vector<float> sample_weight{}; ///< as in fit
    std::size_t threads = 1;
};

} // namespace lamina
