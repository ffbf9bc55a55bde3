// lamina/training/training_core.hpp: what of a trainer stays where it is when the trainer moves.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/bound.hpp>
#include <lamina/models/clone.hpp>
#include <lamina/trace/plan.hpp>
#include <lamina/trace/trace.hpp>
#include <lamina/training/origin.hpp>

#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// The trainer's own model, which shares its records with the user's, its optimizer, and the plan that runs the model.
template <class M, class O> struct TrainingCore {
    [[gnu::cold]] TrainingCore(M& of, O with)
        : origin((require_bound(of), of)), model(sharing(of)), rule(std::move(with)), plan(trace(model))
    {}

    Origin<M> origin;
    M model;
    O rule;
    Plan<number_type<M>> plan;
};

}}} // namespace lamina::internals
