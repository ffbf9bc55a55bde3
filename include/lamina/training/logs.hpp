// lamina/training/logs.hpp: named figures in the order they were made: what an epoch or an evaluation came to.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/outlined.hpp>

#include <cmath>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// `loss`, the metrics by name, and with validation data the same with `val_` before.
struct Logs {
    /// A figure and its name.
    struct Entry {
        std::string name;
        double value;
    };

    std::vector<Entry> entries;

    bool contains(std::string_view name) const
    {
        for (const auto& [known, value] : entries)
            if (known == name) return true;
        return false;
    }

    double operator[](std::string_view name) const
    {
        for (const auto& [known, value] : entries)
            if (known == name) return value;
        refuse(name);
    }

    void set(std::string_view name, double value) { set("", name, value); }

    /// Sets the figure of which `prefix` and `name` together are the name; allocates only where it is new.
    void set(std::string_view prefix, std::string_view name, double value)
    {
        for (auto& [known, old] : entries)
            if (known.size() == prefix.size() + name.size() && known.starts_with(prefix) && known.ends_with(name)) {
                old = value;
                return;
            }
        add(prefix, name, value);
    }

    /// Prints `loss 0.0380, sparse_categorical_accuracy 0.9880`.
    LAMINA_OUTLINED friend std::ostream& operator<<(std::ostream& out, const Logs& logs)
    {
        std::string text;
        for (const auto& [name, value] : logs.entries) {
            internals::append(text, {text.empty() ? "" : ", ", name, ' '});
            internals::print_real(text, format_of(value), value);
        }
        return out << text;
    }

    /// How a figure is shown.
    static const char* format_of(double value) { return value != 0 && std::fabs(value) < 1e-3 ? "%.4e" : "%.4f"; }

private:
    [[gnu::cold]] void add(std::string_view prefix, std::string_view name, double value)
    {
        std::string whole;
        internals::append(whole, {prefix, name});
        entries.push_back({std::move(whole), value});
    }

    [[noreturn, gnu::cold]] void refuse(std::string_view name) const
    {
        std::string have;
        for (const auto& [known, value] : entries) internals::append(have, {have.empty() ? "" : ", ", known});
        internals::fail({"there is no \"", name, "\" among the figures of this run (", have,
                         "); is it spelled as the metric's name, and was validation data given?"});
    }
};

}} // namespace lamina
