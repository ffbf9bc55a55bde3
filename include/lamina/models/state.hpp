// lamina/models/state.hpp: the variables of any model, by name and without their static types.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/bound.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/core/record.hpp>
#include <lamina/core/tensor.hpp>

#include <cstddef>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// A stored variable seen from outside. Copies refer to the same numbers.
class VariableView {
public:
    explicit VariableView(std::shared_ptr<stored_types::record> of) : kept(std::move(of)) {}

    /// The name it is stored under, which is its path unless a graph or a binding chose another.
    const std::string& stored_name() const { return kept->name; }
    const lamina::Shape& shape() const { return kept->extents(); }
    stored_types::dtype type() const { return kept->type(); }
    std::size_t size() const { return kept->extents().size(); }

    bool trainable() const { return kept->learned(); }
    /// An optimizer leaves it alone from its next step on, or not any more.
    void set_trainable(bool trains) const { kept->trainable = trains; }

    /// The numbers in logical order as an xtensor expression, to be read and written in place: nothing is copied, the layout that
    /// kernels read shows in its strides only. Refuses another type than the stored one.
    template <class T> auto view() const
    {
        if (kept->type() != stored_types::dtype_of<T>)
            internals::fail({'"', kept->name, "\" is ", internals::name_of(kept->type()), ", view<",
                             internals::name_of(stored_types::dtype_of<T>), "> was asked for"});
        if (!kept->alive()) internals::fail({'"', kept->name, "\" has no numbers any more; its graph has let it go"});
        const lamina::Shape& extents = kept->extents();
        const std::vector<std::size_t> lengths(extents.extents, extents.extents + extents.rank);
        const std::vector<std::size_t> strides(kept->places().strides.begin(),
                                               kept->places().strides.begin() + static_cast<std::ptrdiff_t>(extents.rank));
        // xtensor wants as many elements as the shape has, and reaches the rest by its strides.
        return xt::adapt(kept->data<T>(), size(), xt::no_ownership(), lengths, strides);
    }

    /// The record itself, as optimizers take it.
    const std::shared_ptr<stored_types::record>& storage() const { return kept; }

private:
    std::shared_ptr<stored_types::record> kept;
};

/// A variable and its path in the model: `for (auto [name, variable] : state(model))`.
struct NamedVariable {
    std::string name;
    VariableView variable;

    /// Writes `head/kernel [64, 10] float32`, and `frozen` or `observed` where it is not trained.
    friend std::ostream& operator<<(std::ostream& out, const NamedVariable& v)
    {
        return out << v.name << ' ' << v.variable.shape() << ' ' << internals::name_of(v.variable.type())
                   << (v.variable.storage()->as().observed ? " observed"
                       : v.variable.trainable()            ? ""
                                                           : " frozen");
    }
};

/// All variables of a model in the order of its fields, moving statistics and frozen ones included. Refuses one that is unbound.
template <class Model> LAMINA_OUTLINED std::vector<NamedVariable> state(const Model& model)
{
    std::vector<NamedVariable> found;
    for (const auto& [path, variable] : internals::variables_of(model)) {
        if (!variable->bound()) internals::refuse_unbound(*variable, path, "state: ");
        found.push_back({path.empty() ? variable->storage()->name : path, VariableView(variable->storage())});
    }
    return found;
}

/// The variables of a model that are trained.
template <class Model> LAMINA_OUTLINED std::vector<NamedVariable> variables(const Model& model)
{
    std::vector<NamedVariable> found;
    for (auto& one : state(model))
        if (one.variable.trainable()) found.push_back(std::move(one));
    return found;
}

/// Those of several models, or of variables by themselves, in this order: `variables(encoder, decoder)`, `variables(w, b)`.
template <class First, class Second, class... More>
std::vector<NamedVariable> variables(const First& first, const Second& second, const More&... more)
{
    std::vector<NamedVariable> all = variables(first);
    for (const auto& next : {variables(second), variables(more)...}) all.insert(all.end(), next.begin(), next.end());
    return all;
}

}} // namespace lamina
