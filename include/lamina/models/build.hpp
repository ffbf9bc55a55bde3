// lamina/models/build.hpp: makes a model: records for its variables, and initial values.
#pragma once

#include <lamina/core/once.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/core/random.hpp>
#include <lamina/layers/block.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace lamina {

namespace detail {

template <class Part>
void initialise_parts(Part& part, Seed seed, std::uint64_t& stream)
{
    if constexpr (requires { part.initialise(Random(seed)); })
        part.initialise(Random(Seed{mix(seed.value, 0x696e6974)}, stream++));
    else if constexpr (!is_variable<Part>)
        for_each_part(part, [&](std::string_view, auto& inner) { initialise_parts(inner, seed, stream); });
}

[[gnu::cold]] inline void make_records(const std::vector<FoundVariable>& variables)
{
    if (const auto path = repeated({variables, path_of}); path.data())
        fail({"build: two variables of the model have the path \"", path, "\"; rename a field or change a Name<...>"});
    for (const auto& [path, variable] : variables) variable->make(path);
}

} // namespace detail

/// Gives every variable of a model a record of its own, named by its path, and every layer its initial values.
/// The values are a function of the seed and of the layer's position. A variable outside of any layer starts with zeros.
template <class M>
LAMINA_ONCE void build(M& model, Seed seed = {})
{
    static_assert(!detail::has_open_layer<M>(),
                  "lamina: a layer becomes a part of a model once it knows its input: Dense<8>::on<4>, not Dense<8>");
    if constexpr (!is_refused<M>) {
        detail::now_and_then();
        detail::make_records(variables_of(model));
        std::uint64_t stream = 0;
        detail::initialise_parts(model, seed, stream);
    }
}

/// A new model: `auto model = build<LeNet5>(Seed{1});`. Without a seed every run starts from the same values.
template <class M>
LAMINA_ONCE M build(Seed seed = {})
{
    M model{};
    build(model, seed);
    return model;
}

} // namespace lamina
