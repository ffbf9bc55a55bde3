// lamina/models/summary.hpp: a model as a table, in the manner of Keras.
#pragma once

#include <lamina/core/once.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/layers/block.hpp>
#include <lamina/models/plan.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace lamina {

namespace detail {

/// 61706 as "61,706".
[[gnu::cold]] inline std::string with_commas(std::size_t n)
{
    std::string digits = std::to_string(n);
    for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, 1, ',');
    return digits;
}

[[gnu::cold]] inline std::string as_bytes(std::size_t n)
{
    char text[32];
    if (n < 1024) std::snprintf(text, sizeof text, "%zu B", n);
    else if (n < 1024 * 1024) std::snprintf(text, sizeof text, "%.2f KB", static_cast<double>(n) / 1024);
    else std::snprintf(text, sizeof text, "%.2f MB", static_cast<double>(n) / 1024 / 1024);
    return text;
}

/// Keras's name of a kind of layer: AveragePooling2D is average_pooling2d.
[[gnu::cold]] inline std::string snake(std::string_view kind)
{
    std::string name;
    for (std::size_t i = 0; i < kind.size(); ++i) {
        const bool upper = std::isupper(static_cast<unsigned char>(kind[i])) != 0;
        const bool after_lower = i > 0 && std::islower(static_cast<unsigned char>(kind[i - 1])) != 0;
        if (upper && after_lower) name += '_';
        name += static_cast<char>(std::tolower(static_cast<unsigned char>(kind[i])));
    }
    return name;
}

template <class B>
constexpr std::string_view kind_of()
{
    if constexpr (requires { std::string_view(B::layer::kind); }) return B::layer::kind;
    else if constexpr (requires { std::string_view(B::kind); }) return B::kind;
    else return "Block";
}

inline std::size_t display_width(std::string_view text) // UTF-8: continuation bytes take no place
{
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// The rows of a summary, and what they add up to.
struct summary_table {
    using row = std::array<std::string, 4>;

    std::vector<row> rows{{"Layer (type)", "Output shape", "Param #", "Multiply-adds"}};
    std::vector<std::string> automatic_names; // that were given, without their numbers
    std::size_t parameters = 0, trainable = 0, bytes = 0, multiply_adds = 0;

    [[gnu::cold]] void add(const std::string& path, bool automatic, std::string_view kind, const shape& output, std::size_t work,
                           const std::vector<FoundVariable>& variables)
    {
        std::size_t learned = 0;
        for (const auto& [inner, variable] : variables) {
            const std::size_t size = variable->needs().extents.size();
            learned += size;
            bytes += size * bytes_of(variable->needs().type);
            if (!variable->storage() || variable->storage()->trainable) trainable += size;
        }
        parameters += learned;

        std::string name = automatic ? snake(kind) : path, extents;
        if (automatic) {
            const auto before = std::count(automatic_names.begin(), automatic_names.end(), name);
            automatic_names.push_back(name);
            if (before > 0) append(name, {'_', before});
        }
        append(name, {" (", kind, ')'});
        print(extents, output);
        rows.push_back({name, extents, with_commas(learned), with_commas(work)});
    }

    [[gnu::cold]] std::string text() const
    {
        std::array<std::size_t, 4> width{};
        for (const auto& cells : rows)
            for (std::size_t c = 0; c < 4; ++c) width[c] = std::max(width[c], display_width(cells[c]));

        std::string text;
        const auto rule = [&](const char* left, const char* middle, const char* right) {
            for (std::size_t c = 0; c < 4; ++c) {
                text += c == 0 ? left : middle;
                for (std::size_t i = 0; i < width[c] + 2; ++i) text += "─";
            }
            append(text, {right, '\n'});
        };
        rule("┌", "┬", "┐");
        for (std::size_t r = 0; r < rows.size(); ++r) {
            for (std::size_t c = 0; c < 4; ++c) {
                const std::string space(width[c] - display_width(rows[r][c]), ' ');
                append(text, {"│ ", c < 2 ? rows[r][c] : space, c < 2 ? space : rows[r][c], ' '});
            }
            text += "│\n";
            if (r == 0) rule("├", "┼", "┤");
        }
        rule("└", "┴", "┘");
        append(text, {" Total params: ", with_commas(parameters), " (", as_bytes(bytes), ")\n Trainable params: ",
                      with_commas(trainable), "\n Non-trainable params: ", with_commas(parameters - trainable),
                      "\n Multiply-adds: ", with_commas(multiply_adds), " a sample\n"});
        return text;
    }
};

template <class Part>
void summarise(const Part& part, const std::string& path, bool automatic, summary_table& table)
{
    const auto inside = [&](bool names) {
        for_each_part(part, [&](std::string_view name, const auto& inner) {
            summarise(inner, path.empty() ? std::string(name) : path + '/' + std::string(name), names, table);
        });
    };
    if constexpr (requires { part.for_each_layer(ignore{}); }) {
        inside(path.empty());
        if constexpr (requires { part.kind; }) // a Residual, a Parallel: what it makes of its layers
            table.add(path, automatic && given_name<Part>().empty(), part.kind, Part::output, 0, {});
    }
    else if constexpr (Block<Part>)
        table.add(path, automatic && given_name<Part>().empty(), kind_of<Part>(), Part::output, multiply_adds_of<Part>(),
                  variables_of(part));
    else if constexpr (!is_variable<Part>) inside(false);
}

} // namespace detail

/// A table of a model's layers: name, type, output shape of a sample, learned numbers, multiply-adds of a sample, and the
/// totals. Layers of a Sequential carry Keras's automatic names unless `Name<…>` gives one; parts of a struct their paths.
template <class M>
LAMINA_ONCE std::string summary(const M& model)
{
    detail::summary_table table;
    if constexpr (!is_refused<M>) {
        detail::summarise(model, {}, true, table);
        if constexpr (Block<M>) table.multiply_adds = multiply_adds_of<M>();
        else
            for (const auto& node : trace(model).nodes)
                table.multiply_adds += node.multiply_adds; // a layer used twice counts twice
    }
    return table.text();
}

} // namespace lamina
