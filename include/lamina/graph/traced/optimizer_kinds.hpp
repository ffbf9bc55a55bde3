// lamina/graph/traced/optimizer_kinds.hpp: training steps from files: an optimizer with its settings, its slots, its count of steps.
//
// Needs nlohmann-json. A program names the optimizers that its files may have: each is compiled.
#pragma once

#if !__has_include(<nlohmann/json.hpp>)
#include <lamina/graph/traced/optimizer_kinds.hpp needs nlohmann-json (Debian and Ubuntu: nlohmann-json3-dev, Conan: nlohmann_json)>
#endif

#include <lamina/autodiff/assign_variable.hpp>
#include <lamina/autodiff/optimizer_step.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/core/record.hpp>
#include <lamina/graph/traced/action_kinds.hpp>
#include <lamina/training/optimizers/optimizer.hpp>
#include <lamina/training/optimizers/options_text.hpp>
#include <lamina/training/schedules/cosine_decay.hpp>
#include <lamina/training/schedules/cosine_decay_restarts.hpp>
#include <lamina/training/schedules/exponential_decay.hpp>
#include <lamina/training/schedules/inverse_time_decay.hpp>
#include <lamina/training/schedules/learning_rate.hpp>
#include <lamina/training/schedules/piecewise_constant_decay.hpp>
#include <lamina/training/schedules/polynomial_decay.hpp>

#include <nlohmann/json.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::graphs {

/// Sets the options of an object from JSON: as its `list_options` names them, all of them and no others.
class OptionsReader {
public:
    template <class Listed>
    OptionsReader(const StoredAction& of, const nlohmann::json& from, const Listed& listed)
        : stored(of), all(from), begin(reinterpret_cast<std::uintptr_t>(&listed)), end(begin + sizeof listed)
    {
        if (!from.is_object()) refuse({"has settings that are no object"});
    }

    template <class V, class... Usual> void operator()(std::string_view name, const V& value, const Usual&...)
    {
        const auto at = reinterpret_cast<std::uintptr_t>(&value);
        if (at < begin || at >= end) refuse({"has an option \"", name, "\", which its optimizer computes and no file sets"});
        option = name;
        set(const_cast<V&>(value), member(name)); // a member of an object that is none of constants
    }

    /// Refuses what nobody asked for.
    [[gnu::cold]] void finish() const
    {
        if (all.size() != asked) refuse({"has ", all.size(), " settings where there are ", asked});
    }

private:
    [[noreturn, gnu::cold]] void refuse(std::initializer_list<piece> why) const { stored.refuse(why); }
    [[noreturn, gnu::cold]] void refuse_option(std::string_view needed) const
    {
        stored.refuse({"has an option \"", option, "\" that is no ", needed});
    }
    [[gnu::cold]] const nlohmann::json& member(std::string_view name)
    {
        const auto found = all.find(std::string(name));
        if (found == all.end()) refuse({"lacks the option \"", name, '"'});
        ++asked;
        return *found;
    }

    [[gnu::cold]] double number(const nlohmann::json& from, double most) const
    {
        if (!from.is_number()) refuse_option("number");
        const auto value = from.get<double>();
        if (!(value >= -most && value <= most)) refuse_option("finite number");
        return value;
    }
    [[gnu::cold]] std::uint64_t whole(const nlohmann::json& from, std::uint64_t most) const
    {
        if (!from.is_number_unsigned() || from.get<std::uint64_t>() > most) refuse_option("whole number that is possible");
        return from.get<std::uint64_t>();
    }

    template <class V> [[gnu::cold]] void set(V& value, const nlohmann::json& from)
    {
        if constexpr (std::is_same_v<V, bool>) {
            if (!from.is_boolean()) refuse_option("true or false");
            value = from.get<bool>();
        }
        else if constexpr (std::integral<V>)
            value = static_cast<V>(whole(from, static_cast<std::uint64_t>(std::numeric_limits<V>::max())));
        else if constexpr (std::floating_point<V>)
            value = static_cast<V>(number(from, static_cast<double>(std::numeric_limits<V>::max())));
        else if constexpr (std::is_same_v<V, std::string>) {
            if (!from.is_string()) refuse_option("text");
            value = from.get_ref<const std::string&>();
        }
        else if constexpr (requires { value.emplace(); }) {
            if (from.is_null()) value.reset();
            else set(value.emplace(), from);
        }
        else if constexpr (std::is_same_v<V, LearningRate>) set_rate(value, from);
        else if constexpr (requires { value.emplace_back(); }) {
            if (!from.is_array()) refuse_option("list");
            value.clear();
            for (const auto& one : from) set(value.emplace_back(), one);
        }
        else refuse({"has an option \"", option, "\" of a type that no file has"});
    }

    [[gnu::cold]] void set_rate(LearningRate& rate, const nlohmann::json& from) const
    {
        if (!from.is_object()) {
            rate = static_cast<float>(number(from, static_cast<double>(std::numeric_limits<float>::max())));
            return;
        }
        const auto name = from.find("class_name"), config = from.find("config");
        if (name == from.end() || config == from.end() || !name->is_string() || from.size() != 2) refuse_option("schedule");
        const std::string& called = name->get_ref<const std::string&>();
        const bool known =
            is_schedule<CosineDecay>(rate, called, *config) || is_schedule<CosineDecayRestarts>(rate, called, *config) ||
            is_schedule<ExponentialDecay>(rate, called, *config) || is_schedule<InverseTimeDecay>(rate, called, *config) ||
            is_schedule<PiecewiseConstantDecay>(rate, called, *config) || is_schedule<PolynomialDecay>(rate, called, *config);
        if (!known) refuse({"has a schedule \"", called, "\", which lamina has not"});
    }
    template <class S> bool is_schedule(LearningRate& rate, const std::string& name, const nlohmann::json& config) const
    {
        if (name != S::class_name) return false;
        S made{};
        OptionsReader reader(stored, config, made);
        std::as_const(made).list_options(reader);
        reader.finish();
        rate = made;
        return true;
    }

    const StoredAction& stored;
    const nlohmann::json& all;
    std::uintptr_t begin, end;
    std::size_t asked = 0;
    std::string_view option{};
};

/// Refuses variables and gradients that no optimizer steps, and a value that is none of a step.
[[gnu::cold]] inline void check_step(const StoredAction& stored)
{
    const std::size_t n = stored.changes.size();
    if (n == 0 || stored.inputs.size() != n) stored.refuse({"has ", stored.inputs.size(), " gradients for ", n, " variables"});
    for (std::size_t i = 0; i < n; ++i) {
        const record& variable = *stored.changes[i];
        const AnyTensor& gradient = stored.inputs[i];
        if (!is_of_variables(variable.type()))
            stored.refuse({"trains \"", variable.name, "\", which is ", name_of(variable.type())});
        if (!may_be_of(variable, gradient))
            stored.refuse({"has a gradient ", name_of(gradient.dtype()), ' ', gradient.shape(), " of \"", variable.name,
                           "\", which is ", name_of(variable.type()), ' ', variable.extents()});
    }
    if (stored.type != dtype::boolean || stored.extents.rank != 0) stored.refuse({"has a value, and a training step has none"});
}

/// Gives variables what their tensors do not tell: how they lie, and by what name their optimizer knows them.
[[gnu::cold]] inline void restore_variables(const StoredAction& stored, const nlohmann::json& all)
{
    std::size_t known = 1;
    const auto list = [&](const char* name) -> const nlohmann::json* {
        const auto found = all.find(name);
        if (found == all.end()) return nullptr;
        ++known;
        if (!found->is_array() || found->size() != stored.changes.size())
            stored.refuse({"has a setting \"", name, "\" that is no list of one for each variable"});
        return &*found;
    };
    const nlohmann::json *const in_row = list("in_row"), *const names = list("names");
    if (all.size() != known) stored.refuse({"has settings that no training step has"});
    for (std::size_t i = 0; i < stored.changes.size(); ++i) {
        record& variable = *stored.changes[i];
        if (in_row) {
            const auto& axes = (*in_row)[i];
            if (!axes.is_number_unsigned() || axes.get<std::uint64_t>() < 1 || axes.get<std::uint64_t>() > Shape::max_rank)
                stored.refuse({"has a row of \"", variable.name, "\" that no variable has"});
            if (const stored_types::storage_kind as{.in_row = axes.get<std::size_t>()}; !(variable.as() == as))
                variable.arrange(as);
        }
        if (!names) continue;
        if (!(*names)[i].is_string()) stored.refuse({"has a name of a variable that is no text"});
        variable.name = (*names)[i].get_ref<const std::string&>();
    }
}

template <class O> [[gnu::cold]] std::shared_ptr<tensors::NodeAction> make_optimizer_step(const StoredAction& stored)
{
    check_step(stored);
    const auto all = nlohmann::json::parse(stored.settings, nullptr, false);
    const auto config = all.is_object() ? all.find("config") : all.end();
    if (!all.is_object() || config == all.end()) stored.refuse({"has no settings of an optimizer"});
    O rule{};
    OptionsReader reader(stored, *config, rule);
    optimizers::list_settings(std::as_const(rule), reader);
    reader.finish();
    restore_variables(stored, all);
    std::shared_ptr<OptimizerStep<O>> step;
    try {
        step = std::make_shared<OptimizerStep<O>>(std::as_const(rule), Records(stored.changes.begin(), stored.changes.end()));
    }
    catch (const error& wrong) {
        stored.refuse({"has settings that its optimizer refuses: ", wrong.what()});
    }
    const auto needed = step->keeps();
    if (const std::size_t at = step->adopt(stored.keeps); at < needed.size())
        stored.refuse({"keeps no \"", needed[at]->name, "\" ", name_of(needed[at]->type()), ' ', needed[at]->extents(),
                       " that can be used"});
    else if (stored.keeps.size() != at) stored.refuse({"keeps ", stored.keeps.size(), " tensors, its optimizer has ", at});
    return step;
}

/// The training step of an optimizer, for programs that read it from a file.
template <class O> inline constexpr ActionKind optimizer_kind{kind_of_optimizer<O>(), make_optimizer_step<O>};

}}} // namespace lamina::internals::graphs
