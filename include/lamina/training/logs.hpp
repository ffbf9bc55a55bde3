// lamina/training/logs.hpp: named figures in the order they were made: what an epoch or an evaluation came to.
#pragma once

#include <lamina/core/error.hpp>

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
        std::string have;
        for (const auto& [known, value] : entries) have += (have.empty() ? "" : ", ") + known;
        fail("there is no \"", name, "\" among the figures of this run (", have,
             "); is it spelled as the metric's name, and was validation data given?");
    }

    void set(std::string_view name, double value)
    {
        for (auto& [known, old] : entries)
            if (known == name) {
                old = value;
                return;
            }
        entries.emplace_back(name, value);
    }

    /// Prints `loss 0.0380, sparse_categorical_accuracy 0.9880`.
    friend std::ostream& operator<<(std::ostream& out, const Logs& logs)
    {
        const char* between = "";
        for (const auto& [name, value] : logs.entries) {
            char digits[32];
            std::snprintf(digits, sizeof digits, value != 0 && std::fabs(value) < 1e-3 ? "%.4e" : "%.4f", value);
            out << std::exchange(between, ", ") << name << ' ' << digits;
        }
        return out;
    }
};

} // namespace lamina
