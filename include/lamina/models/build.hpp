// lamina/models/build.hpp: makes a model: records for its variables, and initial values.
#pragma once

#include <lamina/blocks/block.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/core/random.hpp>
#include <lamina/trace/judge.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

template <class Part> void initialize_parts(Part& part, Seed seed, std::uint64_t& stream)
{
    constexpr bool own = requires { part.initialize(Random(seed)); };
    constexpr bool is_block = AnyBlock<Part> && !FormulaBlock<Part>;
    if constexpr (!is_variable<Part> && !(own && is_block)) // of a struct its layers, then what it says of its own variables
        for_each_part(part, [&](std::string_view, auto& inner) { initialize_parts(inner, seed, stream); });
    if constexpr (own) part.initialize(Random(Seed{mix(seed.value, 0x696e6974)}, stream++));
}

[[gnu::cold]] inline void make_records(const std::vector<FoundVariable>& variables)
{
    if (const auto path = repeated({variables, path_of}); path.data())
        fail({"build: two variables of the model have the path \"", path, "\"; rename a field or change a Name<...>"});
    for (const auto& [path, variable] : variables) variable->make(path);
}

} // namespace internals

/// Gives every variable of a model a record of its own, named by its path, and every layer its initial values.
/// The values are a function of the seed and of the layer's position. A variable outside of any layer starts with zeros, or with what the struct
/// that holds it writes in `void initialize(Random random)`.
template <class M> LAMINA_OUTLINED void build(M& model, Seed seed = {})
{
    if constexpr (!internals::can_be_model<M>) internals::refuse_model<M>();
    else if constexpr (!internals::is_refused<M>) {
        internals::now_and_then();
        internals::make_records(internals::variables_of(model));
        std::uint64_t stream = 0;
        internals::initialize_parts(model, seed, stream);
    }
}

/// A new model: `auto model = build<LeNet5>(Seed{1});`. Without a seed every run starts from the same values.
template <class M> LAMINA_OUTLINED typename internals::model_or_refused<M, internals::can_be_model<M>>::type build(Seed seed = {})
{
    if constexpr (!internals::can_be_model<M>) {
        internals::refuse_model<M>();
        return {};
    }
    else {
        M model{};
        build(model, seed);
        return model;
    }
}

}} // namespace lamina
