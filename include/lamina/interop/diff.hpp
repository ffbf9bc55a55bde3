// lamina/interop/diff.hpp: where two models, or a model and a file, differ.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/formats/safetensors.hpp>
#include <lamina/formats/tensor_file.hpp>
#include <lamina/graph/model_part.hpp>
#include <lamina/interop/weights.hpp>
#include <lamina/trace/judge.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// How two sets of arrays differ, which are called the first and the second.
struct Diff {
    struct Row {
        std::string name;
        std::string forms;     ///< both types and shapes, where these differ: `float32 [3, 2], float32 [2, 3]`
        std::size_t count = 0; ///< numbers that differ
        std::size_t of = 0;    ///< numbers in all
        double greatest = 0;   ///< the greatest difference; not finite where one is
    };
    std::vector<Row> rows; ///< arrays that both have, those that are equal included
    std::vector<std::string> only_in_first, only_in_second;

    /// Whether all arrays are there in both and have the same bits; numbers that are no numbers count as equal.
    bool same() const
    {
        const auto equal = [](const Row& row) { return row.forms.empty() && row.count == 0; };
        return only_in_first.empty() && only_in_second.empty() && std::all_of(rows.begin(), rows.end(), equal);
    }

    /// Writes a line for each array that differs; `10 arrays, all the same` where none does.
    [[gnu::cold]] friend std::ostream& operator<<(std::ostream& out, const Diff& diff)
    {
        if (diff.same()) return out << diff.rows.size() << " arrays, all the same\n";
        for (const Row& row : diff.rows) {
            if (!row.forms.empty()) out << row.name << ": " << row.forms << '\n';
            else if (row.count > 0)
                out << row.name << ": " << row.count << " of " << row.of << " numbers differ, by at most "
                    << internals::text_of({row.greatest}) << '\n';
        }
        for (const auto& name : diff.only_in_first) out << name << ": only in the first\n";
        for (const auto& name : diff.only_in_second) out << name << ": only in the second\n";
        return out;
    }
};

/// Where two sets of arrays differ; the reader of any file gives such a set.
///
/// Example  auto a = build<Sequential<Input<4>, Dense<2>>>(Seed{1}), b = clone(a); std::cout << diff(state_dict(a), state_dict(b));
[[gnu::cold]] inline Diff diff(const protocols::tensor_file& first, const protocols::tensor_file& second)
{
    Diff made;
    for (const auto& a : first.tensors) {
        const protocols::file_tensor* b = nullptr;
        for (const auto& tensor : second.tensors)
            if (tensor.name == a.name) b = &tensor;
        if (!b) {
            internals::add_to(made.only_in_first, a.name);
            continue;
        }
        Diff::Row row{a.name, {}};
        if (a.shape != b->shape || a.type_name() != b->type_name() || !a.foreign.empty())
            row.forms = internals::text_of({a, ", ", *b});
        else {
            const auto x = a.as<double>(), y = b->as<double>();
            row.of = x.size();
            for (std::size_t i = 0; i < x.size(); ++i) {
                if (x[i] == y[i] || (internals::is_nan(x[i]) && internals::is_nan(y[i]))) continue;
                ++row.count;
                const double by = std::abs(x[i] - y[i]);
                if (!(by <= row.greatest)) row.greatest = by;
            }
        }
        internals::add_to(made.rows, std::move(row));
    }
    for (const auto& b : second.tensors) {
        const auto has = [&](const auto& a) { return a.name == b.name; };
        if (std::none_of(first.tensors.begin(), first.tensors.end(), has)) internals::add_to(made.only_in_second, b.name);
    }
    return made;
}

/// Where two models differ; their types may be different ones.
template <class First, class Second>
    requires(internals::can_be_model<First> && internals::can_be_model<Second>)
LAMINA_OUTLINED Diff diff(const First& first, const Second& second)
{
    return diff(state_dict(first), state_dict(second));
}

/// Where a model differs from a file that `save` wrote, or from the model in a checkpoint. Other files are loaded into a clone, with which it
/// is compared.
///
/// Example  auto model = build<Sequential<Input<4>, Dense<3, Tanh>, Dense<2>>>(Seed{1}); std::cout << diff(model, "lenet5.safetensors");
template <class Model>
    requires internals::can_be_model<Model>
LAMINA_OUTLINED Diff diff(const Model& model, const internals::FilePath& file)
{
    return diff(state_dict(model), internals::model_part(safetensors::read(file)));
}

}} // namespace lamina
