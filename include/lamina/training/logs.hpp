// lamina/training/logs.hpp: named figures in the order they were made: what an epoch or an evaluation came to.
#pragma once

#include <lamina/core/error.hpp>
#include <lamina/core/once.hpp>

#include <cmath>
#include <cstdio>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina {

/// `loss`, the metrics by name, and with validation data the same with `val_` before.
struct Logs {
    std::vector<std::pair<std::string, double>> entries;

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
    LAMINA_ONCE friend std::ostream& operator<<(std::ostream& out, const Logs& logs)
    {
        const char* between = "";
        for (const auto& [name, value] : logs.entries) {
            char digits[32];
            std::snprintf(digits, sizeof digits, value != 0 && std::fabs(value) < 1e-3 ? "%.4e" : "%.4f", value);
            out << std::exchange(between, ", ") << name << ' ' << digits;
        }
        return out;
    }

private:
    [[gnu::cold]] void add(std::string_view prefix, std::string_view name, double value)
    {
        std::string whole;
        append(whole, {prefix, name});
        entries.emplace_back(std::move(whole), value);
    }

    [[noreturn, gnu::cold]] void refuse(std::string_view name) const
    {
        std::string have;
        for (const auto& [known, value] : entries) append(have, {have.empty() ? "" : ", ", known});
        fail({"there is no \"", name, "\" among the figures of this run (", have,
              "); is it spelled as the metric's name, and was validation data given?"});
    }
};

} // namespace lamina
