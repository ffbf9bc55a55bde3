// lamina/graph/families/optimizers.hpp: the training steps of all optimizers.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/graph/families/optimizer.hpp>
#include <lamina/training/optimizers/adadelta.hpp>
#include <lamina/training/optimizers/adafactor.hpp>
#include <lamina/training/optimizers/adagrad.hpp>
#include <lamina/training/optimizers/adam.hpp>
#include <lamina/training/optimizers/adamax.hpp>
#include <lamina/training/optimizers/ftrl.hpp>
#include <lamina/training/optimizers/lamb.hpp>
#include <lamina/training/optimizers/lion.hpp>
#include <lamina/training/optimizers/muon.hpp>
#include <lamina/training/optimizers/nadam.hpp>
#include <lamina/training/optimizers/rmsprop.hpp>
#include <lamina/training/optimizers/sgd.hpp>

#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace families {

/// The steps of every optimizer; a program that knows which it needs names these, `families::optimizer<Adam>`. Needs nlohmann-json.
///
/// Example    Graph graph = Graph::load<families::core, families::optimizers>("digits.safetensors");
struct optimizers {
    static constexpr std::string_view name = "optimizers";
    static constexpr const internals::graphs::ActionKind* actions[]{
        &internals::graphs::optimizer_kind<Adadelta>, &internals::graphs::optimizer_kind<Adafactor>,
        &internals::graphs::optimizer_kind<Adagrad>,  &internals::graphs::optimizer_kind<Adam>,
        &internals::graphs::optimizer_kind<AdamW>,    &internals::graphs::optimizer_kind<Adamax>,
        &internals::graphs::optimizer_kind<Ftrl>,     &internals::graphs::optimizer_kind<Lamb>,
        &internals::graphs::optimizer_kind<Lion>,     &internals::graphs::optimizer_kind<Muon>,
        &internals::graphs::optimizer_kind<Nadam>,    &internals::graphs::optimizer_kind<RMSprop>,
        &internals::graphs::optimizer_kind<SGD>,
    };
};

}}} // namespace lamina::families
