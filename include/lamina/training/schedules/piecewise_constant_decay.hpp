// lamina/training/schedules/piecewise_constant_decay.hpp: a rate for each part of the training.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>

#include <cstddef>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// values[i] up to and with step boundaries[i], and the last of the values behind all boundaries.
///
/// Refuses   another number of values than one more than there are boundaries, and boundaries that do not rise, when called.
/// Source    Keras's PiecewiseConstantDecay.
/// Example   PiecewiseConstantDecay rate{.boundaries = {1000, 2000}, .values = {0.1f, 0.05f, 0.01f}};
struct PiecewiseConstantDecay {
    static constexpr std::string_view class_name = "PiecewiseConstantDecay";

    std::vector<std::size_t> boundaries{};
    std::vector<float> values{};

    template <class To> void list_options(To& to) const
    {
        to("boundaries", boundaries);
        to("values", values);
    }

    float operator()(std::size_t step) const
    {
        if (values.size() != boundaries.size() + 1)
            internals::fail({"PiecewiseConstantDecay: there are ", values.size(), " values for ", boundaries.size(),
                             " boundaries, there has to be one more than boundaries"});
        std::size_t part = 0;
        for (std::size_t i = 0; i < boundaries.size(); ++i) {
            if (i > 0 && boundaries[i] <= boundaries[i - 1])
                internals::fail({"PiecewiseConstantDecay: boundary ", i, " is ", boundaries[i], ", the one before it is ",
                                 boundaries[i - 1], "; they have to rise"});
            part += step > boundaries[i] ? 1 : 0;
        }
        return values[part];
    }
};

}} // namespace lamina
