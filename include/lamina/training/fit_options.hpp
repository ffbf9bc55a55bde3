// lamina/training/fit_options.hpp: how `fit` and `evaluate` run.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/core/random.hpp>
#include <lamina/core/samples.hpp>
#include <lamina/core/thread_pool.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// The same tensors, not copied: `Samples<const X&, const Y&>`.
template <class X>
using referred = std::conditional_t<std::is_lvalue_reference_v<X>, const std::remove_cvref_t<X>&, std::remove_cvref_t<X>>;

/// Points to samples that live elsewhere, or holds those that were given as a temporary, or a dataset of batches, or is empty. Their types
/// need not be those of what is trained on.
template <class Trainer> class SamplesPointer {
public:
    SamplesPointer() = default;
    SamplesPointer(std::nullptr_t) {}
    template <class X, class Y> SamplesPointer(const Samples<X, Y>* samples)
    {
        if (samples) point_to(*samples);
    }
    template <class X, class Y> SamplesPointer(const Samples<X, Y>& samples) { point_to(samples); }
    template <class X, class Y> SamplesPointer(Samples<X, Y>&& samples) { keep(std::move(samples)); }
    template <Dataset D> SamplesPointer(const D& batches) { keep(D(batches)); }
    template <Dataset D> SamplesPointer(const D* batches)
    {
        if (batches) keep(D(*batches));
    }
    /// x and y of their own: `{.validation_data = {x, y}}`.
    template <class X, class Y> SamplesPointer(X&& x, Y&& y)
    {
        keep(Samples<referred<X&&>, referred<Y&&>>{std::forward<X>(x), std::forward<Y>(y)});
    }
    /// The same with a weight for each sample: `{.validation_data = {x, y, weights}}`.
    template <class X, class Y>
    SamplesPointer(X&& x, Y&& y, std::vector<float> sample_weight) : SamplesPointer(std::forward<X>(x), std::forward<Y>(y))
    {
        weights = std::move(sample_weight);
    }
    /// Anything else, which ends in one sentence.
    template <class Other>
        requires(!std::is_same_v<std::remove_cvref_t<Other>, SamplesPointer> &&
                 !is_samples<std::remove_cv_t<std::remove_pointer_t<std::remove_cvref_t<Other>>>> &&
                 !Dataset<std::remove_cv_t<std::remove_pointer_t<std::remove_cvref_t<Other>>>>)
    SamplesPointer(Other&&)
    {
        static_assert(
            !sizeof(Other),
            "lamina: validation_data is the Samples to validate on, test or &test, or {x, y}, or a dataset of batches; for a "
            "part of the training data there is validation_split");
    }

    explicit operator bool() const { return check_one != nullptr; }

private:
    friend Trainer;

    template <class S> void point_to(const S& samples)
    {
        at = &samples;
        check_one = [](Trainer& trainer, const SamplesPointer& data, std::size_t most) {
            trainer.require_validation(*static_cast<const S*>(data.at), data.weights, most);
        };
        measure = [](Trainer& trainer, const SamplesPointer& data, std::size_t most, std::size_t threads) {
            return trainer.measure_validation(*static_cast<const S*>(data.at), data.weights, most, threads);
        };
    }
    template <class S> void keep(S&& samples)
    {
        auto owned = std::make_shared<const S>(std::forward<S>(samples));
        point_to(*owned);
        kept = std::move(owned);
    }

    const void* at = nullptr;
    std::shared_ptr<const void> kept{};
    std::vector<float> weights{}; ///< of the samples, or none
    /// `most`: the batches of a dataset that are looked at, or 0 for all.
    void (*check_one)(Trainer&, const SamplesPointer&, std::size_t most) = nullptr;
    typename Trainer::Totals (*measure)(Trainer&, const SamplesPointer&, std::size_t most, std::size_t threads) = nullptr;
};

} // namespace internals

/// The settings of `fit`, written in braces: `{.epochs = 10, .validation_data = &test}`. Keras's names and defaults. Settings that are
/// kept in a variable have the type `decltype(trainer)::Options`.
template <class Trainer> struct FitOptions {
    std::size_t epochs = 1;
    std::size_t batch_size = 32; ///< the last batch of an epoch may be smaller
    internals::SamplesPointer<Trainer>
        validation_data{}; ///< `&test` or `test`, which has to live as long as fit runs; evaluated after every epoch; `{x, y, weights}`
    double validation_split = 0; ///< in [0, 1): that part, from the end and before shuffling, validates
    bool shuffle = true;         ///< a new order every epoch, a function of seed and epoch
    Seed seed{};                 ///< of shuffling and of layers that draw
    std::map<std::int64_t, float>
        class_weight{};                 ///< factor of a sample's loss by its class, one of the model's; 1 where it is missing
    std::vector<float> sample_weight{}; ///< factor of a sample's loss, one for each sample or none
    /// 1, or those of the Device in which this is written, which are the most. A batch runs on one thread for each 32 samples, at most 8;
    /// results do not depend on it.
    std::size_t threads = internals::threads_of_device();
};

/// The settings of `fit` on a dataset of batches, written in braces: `{.epochs = 10, .validation = test_batches}`. Keras's words, but that the
/// dataset knows its batches and their order. Settings that are kept in a variable have the type `decltype(trainer)::DatasetOptions`.
template <class Trainer> struct DatasetFitOptions {
    std::size_t epochs = 1; ///< in all: those before the `position` are over
    /// 0: an epoch is a pass. Else so many batches: where a pass ends the next one begins, within an epoch.
    std::size_t steps_per_epoch = 0;
    internals::SamplesPointer<Trainer>
        validation{};                 ///< a dataset of batches, or Samples; measured after every epoch, from its begin
    std::size_t validation_steps = 0; ///< so many batches of it at most; 0: a whole pass
    /// Where to begin, and kept up to date: after every batch it says where to go on. A Checkpoint keeps it: `{"data", position}`.
    Position* position = nullptr;
    Seed seed{}; ///< of layers that draw
    std::map<std::int64_t, float>
        class_weight{}; ///< factor of a sample's loss by its class, one of the model's; 1 where it is missing
    std::size_t threads = internals::threads_of_device(); ///< as of `FitOptions`; those of the dataset are its own
};

template <class O> inline constexpr bool is_fit_options = false;
template <class Trainer> inline constexpr bool is_fit_options<FitOptions<Trainer>> = true;
template <class Trainer> inline constexpr bool is_fit_options<DatasetFitOptions<Trainer>> = true;

/// What stands where settings might: a callback.
template <class C>
concept NoFitOptions = !is_fit_options<std::remove_cvref_t<C>>;

/// The settings of `evaluate`.
struct EvaluateOptions {
    std::vector<float> sample_weight{};                   ///< as in fit
    std::size_t threads = internals::threads_of_device(); ///< as in fit
};

/// The settings of `evaluate` on a dataset of batches.
struct DatasetEvaluateOptions {
    std::size_t steps = 0;                                ///< so many batches at most; 0: a whole pass
    std::size_t threads = internals::threads_of_device(); ///< as in fit
};

}} // namespace lamina
