// lamina/models/state.hpp: the variables of any model, by name and without their static types.
#pragma once

#include <lamina/core/error.hpp>
#include <lamina/core/once.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/core/record.hpp>
#include <lamina/core/tensor.hpp>

#include <cstddef>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace lamina {

/// A stored variable seen from outside. Copies refer to the same numbers.
class VariableView {
public:
    explicit VariableView(std::shared_ptr<record> of) : kept(std::move(of)) {}

    /// The name it is stored under, which is its path unless a graph or a binding chose another.
    const std::string& stored_name() const { return kept->name; }
    const lamina::shape& shape() const { return kept->extents(); }
    number type() const { return kept->type(); }
    std::size_t size() const { return kept->extents().size(); }

    bool trainable() const { return kept->trainable; }
    /// An optimizer leaves it alone from its next step on, or not any more.
    void set_trainable(bool trains) const { kept->trainable = trains; }

    /// The numbers in logical order as an xtensor expression, to be read and written in place: nothing is copied, the layout that
    /// kernels read shows in its strides only. Refuses another type than the stored one.
    template <class T>
    auto view() const
    {
        if (kept->type() != number_of<T>)
            fail({'"', kept->name, "\" is ", name_of(kept->type()), ", view<", name_of(number_of<T>), "> was asked for"});
        if (!kept->alive()) fail({'"', kept->name, "\" has no numbers any more; its graph has let it go"});
        const lamina::shape& extents = kept->extents();
        const std::vector<std::size_t> lengths(extents.extents, extents.extents + extents.rank);
        const std::vector<std::size_t> strides(kept->places().strides.begin(),
                                               kept->places().strides.begin() + static_cast<std::ptrdiff_t>(extents.rank));
        // xtensor wants as many elements as the shape has, and reaches the rest by its strides.
        return xt::adapt(kept->data<T>(), size(), xt::no_ownership(), lengths, strides);
    }

    /// The record itself, as optimizers take it.
    const std::shared_ptr<record>& storage() const { return kept; }

private:
    std::shared_ptr<record> kept;
};

/// A variable and its path in the model: `for (auto [name, variable] : state(model))`.
struct NamedVariable {
    std::string name;
    VariableView variable;

    /// Writes `head/kernel [64, 10] float32`, and `frozen` where it is not trained.
    friend std::ostream& operator<<(std::ostream& out, const NamedVariable& v)
    {
        return out << v.name << ' ' << v.variable.shape() << ' ' << name_of(v.variable.type())
                   << (v.variable.trainable() ? "" : " frozen");
    }
};

/// All variables of a model in the order of its fields, moving statistics and frozen ones included. Refuses one that is unbound.
template <class Model>
LAMINA_ONCE std::vector<NamedVariable> state(const Model& model)
{
    std::vector<NamedVariable> found;
    for (const auto& [path, variable] : variables_of(model)) {
        if (!variable->bound()) detail::refuse_unbound(*variable, path, "state: ");
        found.push_back({path, VariableView(variable->storage())});
    }
    return found;
}

/// The variables of a model that are trained.
template <class Model>
LAMINA_ONCE std::vector<NamedVariable> variables(const Model& model)
{
    std::vector<NamedVariable> found;
    for (auto& one : state(model))
        if (one.variable.trainable()) found.push_back(std::move(one));
    return found;
}

} // namespace lamina
