// lamina/models/summary.hpp: a model as a table, in the manner of Keras.
#pragma once

#include <lamina/core/parts.hpp>
#include <lamina/layers/block.hpp>
#include <lamina/models/plan.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdio>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace lamina {

namespace detail {

struct summary_table {
    using row = std::array<std::string, 4>;

    std::vector<row> rows;
    std::map<std::string, std::size_t> seen; // how often an automatic name was given
    std::size_t parameters = 0, trainable = 0, bytes = 0, multiply_adds = 0;
};

/// 61706 as "61,706".
inline std::string with_commas(std::size_t n)
{
    std::string digits = std::to_string(n);
    for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, 1, ',');
    return digits;
}

inline std::string as_bytes(std::size_t n)
{
    char text[32];
    if (n < 1024) std::snprintf(text, sizeof text, "%zu B", n);
    else if (n < 1024 * 1024) std::snprintf(text, sizeof text, "%.2f KB", static_cast<double>(n) / 1024);
    else std::snprintf(text, sizeof text, "%.2f MB", static_cast<double>(n) / 1024 / 1024);
    return text;
}

/// Keras's name of a kind of layer: AveragePooling2D is average_pooling2d.
inline std::string snake(std::string_view kind)
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

template <class Part>
void summarise(const Part& part, const std::string& path, bool automatic, summary_table& table)
{
    const auto inside = [&](bool names) {
        for_each_part(part, [&](std::string_view name, const auto& inner) {
            summarise(inner, path.empty() ? std::string(name) : path + '/' + std::string(name), names, table);
        });
    };
    if constexpr (requires { part.for_each_layer(ignore{}); }) inside(path.empty());
    else if constexpr (Block<Part>) {
        std::size_t parameters = 0;
        for_each_variable(part, [&](const auto& variable) {
            using V = std::remove_cvref_t<decltype(variable)>;
            parameters += V::size;
            table.bytes += V::size * sizeof(typename V::value_type);
            if (!variable.storage() || variable.storage()->trainable) table.trainable += V::size;
        });
        std::string name = path;
        if (automatic && given_name<Part>().empty()) {
            name = snake(kind_of<Part>());
            if (const std::size_t before = table.seen[name]++; before > 0) name += '_' + std::to_string(before);
        }
        std::ostringstream output;
        output << shape(Part::output);
        table.rows.push_back({name + " (" + std::string(kind_of<Part>()) + ')', output.str(), with_commas(parameters),
                              with_commas(multiply_adds_of<Part>())});
        table.parameters += parameters;
    }
    else if constexpr (!is_variable<Part>) inside(false);
}

} // namespace detail

/// A table of a model's layers: name, type, output shape of a sample, learned numbers, multiply-adds of a sample, and the
/// totals. Layers of a Sequential carry Keras's automatic names unless `Name<…>` gives one; parts of a struct their paths.
template <class M>
std::string summary(const M& model)
{
    detail::summary_table table;
    if constexpr (!is_refused<M>) {
        detail::summarise(model, {}, true, table);
        for (const auto& node : trace(model).nodes) table.multiply_adds += node.multiply_adds; // a layer used twice counts twice
    }
    table.rows.insert(table.rows.begin(), {"Layer (type)", "Output shape", "Param #", "Multiply-adds"});
    std::array<std::size_t, 4> width{};
    for (const auto& row : table.rows)
        for (std::size_t c = 0; c < 4; ++c) width[c] = std::max(width[c], detail::display_width(row[c]));

    std::string text;
    const auto rule = [&](const char* left, const char* middle, const char* right) {
        for (std::size_t c = 0; c < 4; ++c) {
            text += c == 0 ? left : middle;
            for (std::size_t i = 0; i < width[c] + 2; ++i) text += "─";
        }
        text += right;
        text += '\n';
    };
    const auto line = [&](const detail::summary_table::row& row) {
        for (std::size_t c = 0; c < 4; ++c) {
            const std::string space(width[c] - detail::display_width(row[c]), ' ');
            text += "│ ";
            text += c < 2 ? row[c] : space;
            text += c < 2 ? space : row[c];
            text += ' ';
        }
        text += "│\n";
    };
    rule("┌", "┬", "┐");
    for (std::size_t r = 0; r < table.rows.size(); ++r) {
        line(table.rows[r]);
        if (r == 0) rule("├", "┼", "┤");
    }
    rule("└", "┴", "┘");
    text += " Total params: " + detail::with_commas(table.parameters) + " (" + detail::as_bytes(table.bytes) + ")\n";
    text += " Trainable params: " + detail::with_commas(table.trainable) + '\n';
    text += " Non-trainable params: " + detail::with_commas(table.parameters - table.trainable) + '\n';
    text += " Multiply-adds: " + detail::with_commas(table.multiply_adds) + " a sample\n";
    return text;
}

} // namespace lamina
