// lamina/training/training_places.hpp: where threads work while a model trains, and where gradients and scores are added up.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/record.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/trace/execution.hpp>
#include <lamina/trace/plan.hpp>
#include <lamina/training/gradient.hpp>
#include <lamina/training/optimizers/ranges.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// What `threads` threads, `parts` of a gradient and `chunks` of samples need; made once, and more only when it is asked for.
template <class M, class Totals> struct TrainingPlaces {
    using Room = Execution<number_type<M>>;

    /// Where one thread works, and one part of the gradient is added up.
    struct Place {
        std::unique_ptr<Room> training, inference;
        std::unique_ptr<Gradient<M>> gradient;
    };

    /// The scores of a chunk, and what the numbers that passed are penalized for.
    struct Scores : Totals {
        double penalty = 0;
    };

    std::vector<Place> places;
    std::unique_ptr<Scores[]> scores; ///< of each chunk

    Room& room(std::size_t thread, bool trains) { return trains ? *places[thread].training : *places[thread].inference; }
    Gradient<M>& gradient(std::size_t part) { return *places[part].gradient; }

    /// Without parts nothing is trained. `seen_through` and `at_once` are as in `Execution`.
    [[gnu::cold]] void make(const M& model, const Plan<number_type<M>>& plan, const bool* seen_through, std::size_t threads,
                            std::size_t parts, std::size_t chunks, std::size_t at_once = 0)
    {
        threads = std::max<std::size_t>(threads, 1);
        if (places.size() < std::max(threads, parts)) places.resize(std::max(threads, parts));
        for (std::size_t i = 0; i < places.size(); ++i) {
            auto& room = parts > 0 ? places[i].training : places[i].inference;
            if (i < threads && (!room || room->capacity() < at_once))
                room = std::make_unique<Room>(plan, parts > 0, seen_through, at_once);
            if (i < parts && !places[i].gradient) places[i].gradient = std::make_unique<Gradient<M>>(model);
        }
        if (chunks > most_chunks) {
            scores = std::make_unique<Scores[]>(chunks);
            most_chunks = chunks;
        }
    }

    /// The mode of chunk k, whose first sample is number `first` of the batch; its scores begin anew.
    Mode mode_of(Mode mode, std::size_t k, std::size_t first)
    {
        scores[k] = {};
        mode.penalty = &scores[k].penalty;
        mode.first = first;
        return mode;
    }
    /// What the activities of the samples in so many chunks are penalized for; the mean of it is added to their loss.
    double penalties_of(std::size_t chunks) const
    {
        double sum = 0;
        for (std::size_t k = 0; k < chunks; ++k) sum += scores[k].penalty;
        return sum;
    }

    /// Adds all gradients to the first one, in order, split by ranges of parameters.
    [[gnu::cold]] void add_gradients(std::span<const std::shared_ptr<record>> parameters, std::size_t parts, std::size_t threads)
    {
        using T = number_type<M>;
        if (parts < 2) return;
        optimizers::for_each_range(parameters, threads, [&](std::size_t r, std::size_t first, std::size_t n) {
            if (!parameters[r]->trainable || parameters[r]->type() != dtype_of<T>) return;
            T* const sum = gradient(0).records[r]->template data<T>() + first;
            for (std::size_t part = 1; part < parts; ++part)
                kernels::add(std::as_const(*gradient(part).records[r]).template data<T>() + first, sum, n);
        });
    }

private:
    std::size_t most_chunks = 0;
};

}}} // namespace lamina::internals
