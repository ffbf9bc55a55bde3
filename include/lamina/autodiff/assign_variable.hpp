// lamina/autodiff/assign_variable.hpp: a variable gets new numbers: at once, or whenever a graph that is traced runs.
//
// Layers that change their own variables in training, such as moving statistics, and `assign` are both this.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/record.hpp>
#include <lamina/core/record_rows.hpp>
#include <lamina/ops/tensor.hpp>
#include <lamina/ops/tracing.hpp>

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_assign(std::string_view what, const record& r, const AnyTensor& by)
{
    fail({what, ": \"", r.name, "\" is ", name_of(r.type()), ' ', r.extents(), ", it was given ", name_of(by.dtype()), ' ',
          by.shape()});
}

/// Gives a record the numbers of a tensor of its type and shape.
[[gnu::noinline]] inline void assign_record(std::string_view what, record& r, const AnyTensor& by)
{
    if (!r.alive()) fail({what, ": \"", r.name, "\" has no numbers any more; its graph has let it go"});
    if (by.shape() != r.extents() || by.dtype() != r.type()) refuse_assign(what, r, by);
    copy_in(by.body().data, r);
}

/// A node that gives a variable the value of its input, which is its own value too.
class AssignVariable final : public tensors::NodeAction {
public:
    static constexpr std::string_view class_name = "AssignVariableOp";

    explicit AssignVariable(std::shared_ptr<record> to) : variable(std::move(to)) {}
    std::string_view kind() const override { return class_name; }
    void run(const tensors::Inputs& in, const AnyTensor& out) override
    {
        if (in.size() != 1) fail({class_name, ": has ", in.size(), " inputs, it takes one"});
        assign_record(class_name, *variable, in[0]);
        std::memcpy(out.body().data, in[0].body().data, in[0].size() * bytes_of(in[0].dtype()));
    }
    std::span<const std::shared_ptr<record>> changes() const override { return {&variable, 1}; }
    bool only_reads() const override { return true; }

private:
    std::shared_ptr<record> variable;
};

/// Whether a value of a graph may have a record's shape when the graph runs.
[[gnu::cold]] inline bool may_be_of(const record& r, const AnyTensor& by)
{
    const Shape &given = by.shape(), &needed = r.extents();
    bool fits = by.dtype() == r.type() && given.rank == needed.rank;
    for (std::size_t axis = 0; fits && axis < given.rank; ++axis)
        fits = given[axis] == needed[axis] || given[axis] == tensors::unknown;
    return fits;
}

/// Changes a variable when the graph that this thread traces runs; gives the new value. `node` is what the node is called.
[[gnu::cold, gnu::noinline]] inline AnyTensor trace_assign(std::string_view node, const std::shared_ptr<record>& r,
                                                           const AnyTensor& by)
{
    if (!may_be_of(*r, by)) refuse_assign(node, *r, by);
    const AnyTensor* const in[]{&by};
    return tensors::tracing->act(node, std::make_shared<AssignVariable>(r), {in, 1}, r->extents(), r->type());
}

}}} // namespace lamina::internals
