// lamina/autodiff/optimizer_step.hpp: one step of an optimizer as an action of a graph, its inputs the gradients.
//
// It takes the optimizer's own step, so that a graph trains to the bits of the eager program.
#pragma once

#include <lamina/autodiff/assign_variable.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/found_here.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/record.hpp>
#include <lamina/core/record_rows.hpp>
#include <lamina/core/span_of.hpp>
#include <lamina/ops/tensor.hpp>
#include <lamina/ops/tracing.hpp>
#include <lamina/training/optimizers/options_text.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

using Records = std::vector<std::shared_ptr<record>>;

[[gnu::cold]] inline bool lies_alike(const record& a, const record& b)
{
    return a.extents() == b.extents() && a.type() == b.type() && a.stored_size() == b.stored_size();
}

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_gradient(std::string_view optimizer, const AnyTensor& gradient,
                                                                   const record& of)
{
    fail({optimizer, ": the gradient of \"", of.name, "\" is ", name_of(gradient.dtype()), ' ', gradient.shape(),
          ", the variable is ", name_of(of.type()), ' ', of.extents()});
}
[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_gone(std::string_view optimizer)
{
    fail({optimizer, ": the optimizer that a traced function steps is gone or was moved; keep it as long as the function"});
}

/// Copies the slots that an optimizer has from earlier steps, which it knows by name.
[[gnu::cold]] inline void copy_slots(std::string_view optimizer, const Records& to, const Records& from)
{
    for (const auto& slot : to) {
        const record* found = nullptr;
        bool twice = false;
        for (const auto& known : from)
            if (known && known->alive() && known->name == slot->name) {
                twice = found != nullptr;
                found = known.get();
            }
        if (!found || twice || from.size() != to.size() || !lies_alike(*found, *slot))
            fail({optimizer, ": has trained other variables than those of the graph (there is no single \"", slot->name,
                  "\"); give the graph an optimizer of its own"});
        std::memcpy(slot->data<std::byte>(), found->data<std::byte>(), slot->stored_size() * bytes_of(slot->type()));
    }
}

/// What the step of any optimizer has.
class GradientStep : public tensors::NodeAction {
public:
    /// Called before gradients are brought: refuses those of another shape.
    Shape result_shape(const tensors::Inputs& in, const Shape& form) const override
    {
        if (in.size() != values.size()) fail({kind(), ": has ", in.size(), " gradients for ", values.size(), " variables"});
        for (std::size_t i = 0; i < in.size(); ++i)
            if (in[i].dtype() != values[i]->type() || in[i].shape() != values[i]->extents())
                refuse_gradient(kind(), in[i], *values[i]);
        return form;
    }
    void run(const tensors::Inputs&, const AnyTensor& out) override
    {
        bool alike = true;
        for (std::size_t i = 0; i < values.size(); ++i) alike = alike && lies_alike(*gradients[i], *values[i]);
        if (alike) step(gradients);
        else step(relaid());
        *out.numbers<bool>() = true;
    }
    std::span<const std::shared_ptr<record>> changes() const override { return span_of(values); }
    std::span<const std::shared_ptr<record>> keeps() const override { return span_of(kept); }
    std::span<const std::shared_ptr<record>> receives() const override { return span_of(gradients); }

    /// Takes records of a file in the place of its own; gives the place of the first that does not fit, or how many there have to be.
    [[gnu::cold]] std::size_t adopt(std::span<const std::shared_ptr<record>> stored)
    {
        for (std::size_t i = 0; i < kept.size(); ++i) {
            const bool fits = i < stored.size() && stored[i] && stored[i]->alive() && stored[i]->type() == kept[i]->type() &&
                              stored[i]->extents() == kept[i]->extents();
            if (!fits || (i == slot_count && *stored[i]->data<std::int64_t>() < 0)) return i;
        }
        if (stored.size() != kept.size()) return kept.size();
        for (std::size_t i = 0; i < kept.size(); ++i) {
            stored[i]->trainable = false;
            kept[i] = stored[i];
        }
        take_slots();
        return kept.size();
    }

protected:
    explicit GradientStep(Records variables) : values(std::move(variables))
    {
        for (const auto& value : values) add_to(gradients, gradient_of(*value));
    }
    virtual void step(const Records& by) = 0;
    virtual void take_slots() = 0;

    /// Keeps the slots of the variables, `each` by turns for one after the other.
    [[gnu::cold]] void keep(const Records& list, std::size_t each)
    {
        for (std::size_t i = 0; i < list.size(); ++i) {
            add_to(kept, list[i]);
            owners.push_back(i / each);
        }
        slot_count = kept.size();
    }
    void take_back(Records& list, std::size_t& next) const
    {
        for (auto& slot : list) slot = kept[next++];
    }
    void keep_number(std::string_view name, dtype type)
    {
        add_to(kept, make_record(std::string(name), Shape{}, type));
        kept.back()->trainable = false;
    }

    /// Names what is kept: "Adam/velocity/hidden/kernel", "Adam/iterations".
    [[gnu::cold]] void name_kept(std::string_view called, std::span<const std::string> names)
    {
        for (std::size_t i = 0; i < kept.size(); ++i) {
            std::string& name = kept[i]->name;
            name = i < slot_count
                       ? text_of({called, '/', std::string_view(name).substr(0, name.find('/')), '/', names[owners[i]]})
                       : text_of({called, '/', name});
        }
    }

    /// Has slots lie as their variables do, which may have been bound to a model since.
    void arrange_slots()
    {
        for (std::size_t i = 0; i < slot_count; ++i) {
            const record& value = *values[owners[i]];
            if (kept[i]->extents() == value.extents() && !(kept[i]->as() == value.as())) kept[i]->arrange(value.as());
        }
    }

    /// What a file says: the optimizer's settings, and of the variables what their tensors do not tell.
    [[gnu::cold]] std::string stored_settings(std::string_view config, bool by_name) const
    {
        std::string text = text_of({"{\"config\": ", config}), in_row, names;
        bool usual = true;
        for (const auto& value : values) {
            const char* const comma = value == values.front() ? "" : ", ";
            usual = usual && value->as().in_row == 1;
            append(in_row, {comma, value->as().in_row});
            append(names, {comma, safetensors::detail::json_quoted{value->name}});
        }
        if (!usual) append(text, {", \"in_row\": [", in_row, ']'});
        if (by_name) append(text, {", \"names\": [", names, ']'});
        print(text, '}');
        return text;
    }

    Records values, kept;
    std::size_t slot_count = 0; ///< how many of what is kept are slots; numbers follow, the first is the count of steps

private:
    static std::shared_ptr<record> gradient_of(const record& value)
    {
        return make_record(value.name, value.extents(), value.type(), value.as());
    }
    /// The gradients where a variable lies in another way than when the step was made: it was bound to a model since.
    [[gnu::cold]] Records relaid() const
    {
        Records made;
        for (std::size_t i = 0; i < values.size(); ++i) {
            const std::size_t n = values[i]->extents().size() * bytes_of(values[i]->type());
            std::vector<char> numbers(n);
            copy_out(*gradients[i], numbers.data());
            add_to(made, gradient_of(*values[i]));
            copy_in(numbers.data(), *made.back());
        }
        return made;
    }

    Records gradients;
    std::vector<std::size_t> owners{}; ///< the variables of the slots
};

template <class O> constexpr std::string_view kind_of_optimizer()
{
    if constexpr (requires { std::string_view(O::class_name); }) return O::class_name;
    else return O::name;
}

template <class O> class OptimizerStep final : public GradientStep {
public:
    /// Of a copy, which goes on where the optimizer is: for graphs, which are stored.
    OptimizerStep(const O& rule, Records variables) : GradientStep(std::move(variables)), own(rule), optimizer(&*own)
    {
        auto& state = own->state;
        state = {};
        make_ready_for(functions::found_here{}, *own, span_of(values));
        if (const auto& before = rule.state; before.step > 0) {
            copy_slots(O::name, state.slot_records, before.slot_records);
            copy_slots(O::name, state.averages, before.averages);
            copy_slots(O::name, state.gradients, before.gradients);
            state.step = before.step;
        }
        keep(state.slot_records, own->slot_count());
        keep(state.averages, 1);
        keep(state.gradients, 1);
        keep_number("iterations", dtype::int64);
        for_each_number([&]<class T>(std::string_view name, T&, std::size_t) { keep_number(name, stored_types::dtype_of<T>); });
        write_numbers();
    }
    /// Of an optimizer of the program: for functions.
    OptimizerStep(O* rule, Records variables)
        : GradientStep(std::move(variables)), optimizer(rule), there(rule->state.lifeline.watch())
    {}

    std::string_view kind() const override { return kind_of_optimizer<O>(); }
    std::string settings() const override
    {
        bool by_name = requires(const O& rule) { rule.decay_of(*values[0]); };
        if constexpr (requires { optimizer->exclude_from_weight_decay; })
            by_name = by_name || !optimizer->exclude_from_weight_decay.empty();
        return stored_settings(optimizers::settings_text(*optimizer), by_name);
    }
    using GradientStep::name_kept;

private:
    void step(const Records& by) override
    {
        if (there && !*there) refuse_gone(O::name);
        if (!own) return take_step(functions::found_here{}, *optimizer, span_of(values), span_of(by));
        arrange_slots();
        own->state.step = static_cast<std::uint64_t>(*kept[slot_count]->template data<std::int64_t>());
        for_each_number([&]<class T>(std::string_view, T& number, std::size_t at) { number = *kept[at]->template data<T>(); });
        take_step(functions::found_here{}, *own, span_of(values), span_of(by));
        write_numbers();
    }
    void write_numbers()
    {
        *kept[slot_count]->template data<std::int64_t>() = static_cast<std::int64_t>(own->state.step);
        kept[slot_count]->changed();
        for_each_number([&]<class T>(std::string_view, T& number, std::size_t at) { *kept[at]->template data<T>() = number; });
    }
    void take_slots() override
    {
        std::size_t next = 0;
        take_back(own->state.slot_records, next);
        take_back(own->state.averages, next);
        take_back(own->state.gradients, next);
    }
    /// `f(name, number, place among what is kept)`.
    template <class F> void for_each_number([[maybe_unused]] const F& f)
    {
        [[maybe_unused]] std::size_t at = slot_count;
        if constexpr (requires { own->for_each_number([](std::string_view, auto&) {}); })
            own->for_each_number([&](std::string_view name, auto& number) { f(name, number, ++at); });
    }

    std::optional<O> own{};
    O* optimizer;
    std::shared_ptr<const bool> there{};
};

/// Writes a step down in the graph that this thread traces; gives its operation.
template <class O>
[[gnu::cold]] AnyTensor trace_step(O& optimizer, Records variables, std::span<const AnyTensor* const> gradients)
{
    using Step = OptimizerStep<std::remove_const_t<O>>;
    auto& tracing = *tensors::tracing;
    const std::string called = tracing.unused_name(kind_of_optimizer<O>());
    const tensors::Inputs in(gradients.data(), gradients.size());
    if constexpr (!std::is_const_v<O>)
        if (tracing.works_on_objects()) return tracing.step(called, std::make_shared<Step>(&optimizer, std::move(variables)), in);
    std::vector<std::string> names;
    for (const auto& variable : variables) names.push_back(tracing.variable_name(variable));
    auto step = std::make_shared<Step>(std::as_const(optimizer), std::move(variables));
    step->name_kept(called, span_of(names));
    return tracing.step(called, std::move(step), in);
}

}}} // namespace lamina::internals
