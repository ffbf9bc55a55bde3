// lamina/models/summary.hpp: a model as a table, in the manner of Keras.
#pragma once

#include <lamina/blocks/block.hpp>
#include <lamina/blocks/option_list.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/core/text_table.hpp>
#include <lamina/ops/operators.hpp>
#include <lamina/trace/trace.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

[[gnu::cold]] inline std::string as_bytes(std::size_t n)
{
    std::string text;
    if (n < 1024) append(text, {n});
    else print_real(text, "%.2f", static_cast<double>(n) / (n < 1024 * 1024 ? 1024 : 1024 * 1024));
    return text += n < 1024 ? " B" : n < 1024 * 1024 ? " KB" : " MB";
}

/// Keras's name of a kind of layer: AveragePooling2D is average_pooling2d, PReLU p_re_lu, Conv2DTranspose conv2d_transpose: a word begins with a
/// letter that is large before a small one, or behind one. Letters are those of ASCII, whatever the locale.
[[gnu::cold]] inline std::string snake(std::string_view kind)
{
    const auto is = [&](std::size_t at, char first, char last) {
        return at < kind.size() && kind[at] >= first && kind[at] <= last;
    };
    std::string name;
    for (std::size_t i = 0; i < kind.size(); ++i) {
        const bool upper = is(i, 'A', 'Z');
        if (upper && i > 0 && kind[i - 1] != '_' && (is(i + 1, 'a', 'z') || is(i - 1, 'a', 'z'))) name += '_';
        name += static_cast<char>(upper ? kind[i] - 'A' + 'a' : kind[i]);
    }
    return name;
}

template <class B> constexpr std::string_view block_kind()
{
    if constexpr (requires { std::string_view(B::layer::kind); }) return B::layer::kind;
    else if constexpr (requires { std::string_view(B::kind); }) return B::kind;
    else return "Block";
}

/// The rows of a summary, and what they add up to.
struct summary_table {
    std::size_t columns = 4; // the fifth one holds options
    std::vector<table_row> rows{{"Layer (type)", "Output shape", "Param #", "Multiply-adds", "Options"}};
    std::vector<std::string> automatic_names; // that were given, without their numbers
    std::size_t parameters = 0, trainable = 0, bytes = 0, multiply_adds = 0;

    [[gnu::cold]] void add(const std::string& path, bool automatic, std::string_view kind, const Shape& output, std::size_t work,
                           const std::vector<FoundVariable>& variables)
    {
        std::size_t learned = 0;
        for (const auto& [inner, variable] : variables) {
            const std::size_t size = variable->needs().extents.size();
            learned += size;
            bytes += size * bytes_of(variable->needs().type);
            if (variable->storage() ? variable->storage()->learned() : !variable->needs().as.observed) trainable += size;
        }
        parameters += learned;

        std::string name = automatic ? snake(kind) : path, extents;
        if (automatic) {
            const auto before = std::count(automatic_names.begin(), automatic_names.end(), name);
            add_to(automatic_names, name);
            if (before > 0) append(name, {'_', before});
        }
        append(name, {" (", kind, ')'});
        print(extents, output);
        rows.push_back({name, extents, with_commas(learned), with_commas(work), ""});
    }

    /// Those that Keras asks for or has another default for, for the row that was added last.
    [[gnu::cold]] void add_options(const std::vector<Option>& options)
    {
        std::string& cell = rows.back().back();
        for (const Option& option : options)
            if (option.required || !(option.value == option.usual))
                append(cell, {cell.empty() ? "" : ", ", option.name, '=', option.value});
    }

    [[gnu::cold]] std::string text() const
    {
        std::string text = boxed(rows, std::string_view("llrrl").substr(0, columns));
        append(text, {" Total params: ", with_commas(parameters), " (", as_bytes(bytes), ")\n Trainable params: ",
                      with_commas(trainable), "\n Non-trainable params: ", with_commas(parameters - trainable),
                      "\n Multiply-adds: ", with_commas(multiply_adds), " a sample\n"});
        return text;
    }
};

template <bool WithOptions, class Part>
void summarize(const Part& part, const std::string& path, bool automatic, summary_table& table)
{
    const auto inside = [&](bool names) {
        for_each_part(part, [&](std::string_view name, const auto& inner) {
            summarize<WithOptions>(inner, text_of({path, path.empty() ? "" : "/", name}), names, table);
        });
    };
    if constexpr (has_layers<Part>) {
        inside(path.empty());
        if constexpr (requires { part.kind; }) // a Residual, a Parallel: what it makes of its layers
            table.add(path, automatic && given_name<Part>().empty(), part.kind, Part::output, 0, {});
    }
    else if constexpr (AnyBlock<Part>) {
        table.add(path, automatic && given_name<Part>().empty(), block_kind<Part>(), Part::output, multiply_adds_of<Part>(),
                  variables_of(part));
        if constexpr (WithOptions && requires { typename Part::layer; }) table.add_options(options_of<typename Part::layer>());
    }
    else if constexpr (is_variable<Part>) table.add(path, false, "Variable", Part::extents, 0, {{"", const_cast<Part*>(&part)}});
    else inside(false);
}

template <bool WithOptions, class M> summary_table table_of(const M& model)
{
    summary_table table;
    if (WithOptions) table.columns = 5;
    summarize<WithOptions>(model, {}, true, table);
    if constexpr (Block<M>) table.multiply_adds = multiply_adds_of<M>();
    else
        for (const auto& node : trace(model).nodes) table.multiply_adds += node.multiply_adds; // a layer used twice counts twice
    return table;
}

} // namespace internals

/// A table of a model's layers: name, type, output shape of a sample, learned numbers, multiply-adds of a sample, and the
/// totals. Layers of a Sequential carry Keras's automatic names unless `Name<…>` gives one; parts of a struct their paths.
template <class M> LAMINA_OUTLINED std::string summary(const M& model)
{
    if constexpr (internals::takes_one<M>) // what is wrong inside of operator() is said here
        static_cast<void>(requires(const typename internals::first_symbol<M>::type& symbol) { model(symbol); });
    if constexpr (!internals::can_be_model<M>) internals::refuse_model<M>();
    else if constexpr (!internals::can_be_called<M>) internals::refuse_call<M>();
    else if constexpr (!internals::is_refused<M>) return internals::table_of<false>(model).text();
    return {};
}

/// What a summary shows besides.
struct SummaryOptions {
    bool options = false; ///< a column of the layers' options, in Keras's words: those that differ from Keras's defaults
};

/// The same, `summary(model, {.options = true})` with the options of each layer that lists them (`blocks/option_list.hpp`).
template <class M> LAMINA_OUTLINED std::string summary(const M& model, const SummaryOptions& shown)
{
    if constexpr (!internals::can_be_model<M>) return summary(model);
    else if constexpr (!internals::can_be_called<M> || internals::is_refused<M>) return summary(model); // says what is wrong
    else return shown.options ? internals::table_of<true>(model).text() : summary(model);
}

}} // namespace lamina
