// lamina/lite/passes/integer_forms.hpp: which operators are run in whole numbers, and what scale their results have.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/network.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// The smallest and the largest number that a tensor held; low > high where it held none.
struct Range {
    float low = std::numeric_limits<float>::max(), high = std::numeric_limits<float>::lowest();

    void take(float number)
    {
        low = std::min(low, number);
        high = std::max(high, number);
    }
    /// Whether 255 steps say something of it: bounds that stand for "never", as -1e9, would leave nothing of the other numbers.
    bool fits() const { return low <= high && low > -1e6f && high < 1e6f; }
};

/// A scale and a zero point of int8.
struct Scale {
    float scale = 1;
    std::int64_t zero_point = 0;
};

/// 0 and the range lie within -128 and 127, and 0 is a whole number.
[[gnu::cold]] inline Scale scale_of(const Range& range)
{
    const double low = std::min(double(range.low), 0.0), high = std::max(double(range.high), 0.0);
    if (!(high > low)) return {};
    const auto scale = static_cast<float>((high - low) / 255);
    if (!(scale > 0)) return {}; // too small for a float
    const double zero = std::round(-128 - low / double(scale));
    return {scale, static_cast<std::int64_t>(std::clamp(zero, -128.0, 127.0))};
}

/// How the result of an operator is scaled: by the range that was seen, as its first input, as all inputs have to be, or always the same.
enum class result_scale : std::uint8_t { seen, as_input, as_all, tanh, logistic, log_softmax };

/// An operator that is run in whole numbers. `starts`: also where its inputs are not whole numbers yet; the others follow.
struct IntegerForm {
    code op;
    result_scale scale = result_scale::seen;
    bool starts = false;
};

inline constexpr IntegerForm integer_forms[] = {
    {code::conv_2d, result_scale::seen, true},
    {code::depthwise_conv_2d, result_scale::seen, true},
    {code::fully_connected, result_scale::seen, true},
    {code::transpose_conv, result_scale::seen, true},
    {code::batch_matmul, result_scale::seen, true},
    {code::add},
    {code::sub},
    {code::mul},
    {code::mean},
    {code::sum},
    {code::relu},
    {code::relu6},
    {code::leaky_relu},
    {code::hard_swish},
    {code::gelu},
    {code::elu},
    {code::tanh, result_scale::tanh},
    {code::logistic, result_scale::logistic},
    {code::softmax, result_scale::logistic},
    {code::log_softmax, result_scale::log_softmax},
    {code::average_pool_2d, result_scale::as_input},
    {code::max_pool_2d, result_scale::as_input},
    {code::reduce_max, result_scale::as_input},
    {code::reshape, result_scale::as_input},
    {code::expand_dims, result_scale::as_input},
    {code::squeeze, result_scale::as_input},
    {code::transpose, result_scale::as_input},
    {code::pad, result_scale::as_input},
    {code::slice, result_scale::as_input},
    {code::strided_slice, result_scale::as_input},
    {code::split, result_scale::as_input},
    {code::unpack, result_scale::as_input},
    {code::gather, result_scale::as_input, true},
    {code::space_to_batch_nd, result_scale::as_input},
    {code::batch_to_space_nd, result_scale::as_input},
    {code::resize_bilinear, result_scale::as_input},
    {code::resize_nearest_neighbor, result_scale::as_input},
    {code::concatenation, result_scale::as_all},
    {code::pack, result_scale::as_all},
    {code::maximum, result_scale::as_all},
    {code::minimum, result_scale::as_all},
};

[[gnu::cold]] inline const IntegerForm* integer_form_of(code op)
{
    for (const IntegerForm& form : integer_forms)
        if (form.op == op) return &form;
    return nullptr;
}

/// The scale that an operator's result always has.
[[gnu::cold]] inline Scale fixed_scale(result_scale kind)
{
    if (kind == result_scale::tanh) return {1.f / 128, 0};
    if (kind == result_scale::logistic) return {1.f / 256, -128};
    return {16.f / 256, 127};
}

}}} // namespace lamina::internals::tflite
