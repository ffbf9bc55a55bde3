// lamina/lite/quantized_numbers.hpp: a tensor's whole numbers as real ones and back, and room for a copy of it.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/tensor.hpp>
#include <lamina/lite/operators/step.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// The scale and the zero point of each element of a quantized tensor: one for all, or one for each index along an axis.
class ElementScales {
public:
    [[gnu::cold]] ElementScales(const Value& value, std::string_view source) : of(value.tensor->quantization)
    {
        if (of.scale.empty())
            fail({source, ": \"", value.tensor->name, "\" is not quantized, so that it has no real numbers beside its own"});
        if (of.scale.size() > 1) inside = value.shape.product(of.axis + 1, value.shape.rank);
    }
    float scale(std::size_t i) const { return of.scale[at(i)]; }
    float zero_point(std::size_t i) const { return static_cast<float>(of.zero_point[at(i)]); }

private:
    std::size_t at(std::size_t i) const { return of.scale.size() == 1 ? 0 : i / inside % of.scale.size(); }
    const lite::Quantization& of;
    std::size_t inside = 1;
};

/// Calls `use` with a number of the type that a quantized tensor has.
template <class Use> [[gnu::cold]] void with_quantized(const Value& value, std::string_view source, const Use& use)
{
    if (value.type == dtype::int8) return use(std::int8_t{});
    if (value.type == dtype::uint8) return use(std::uint8_t{});
    if (value.type == dtype::int16) return use(std::int16_t{});
    if (value.type == dtype::int32) return use(std::int32_t{});
    fail({source, ": \"", value.tensor->name, "\" holds ", name_of(value.type), ", no quantized numbers"});
}

/// Fills a tensor with what `next()` gives, quantized.
template <class Next> void quantize_into(const Value& value, std::string_view source, const Next& next)
{
    const ElementScales scales(value, source);
    with_quantized(value, source, [&]<class T>(T) {
        using limits = std::numeric_limits<T>;
        for (std::size_t i = 0; i < value.size(); ++i) {
            const float q = std::nearbyint(next() / scales.scale(i)) + scales.zero_point(i);
            const float most = static_cast<float>(limits::max());
            value.numbers<T>()[i] = q != q                                   ? T(0)
                                    : q <= static_cast<float>(limits::min()) ? limits::min()
                                    : q >= most                              ? limits::max()
                                                                             : static_cast<T>(q);
        }
    });
}

[[gnu::cold]] inline void dequantize_from(const Value& value, std::string_view source, float* to)
{
    const ElementScales scales(value, source);
    with_quantized(value, source, [&]<class T>(T) {
        for (std::size_t i = 0; i < value.size(); ++i)
            to[i] = scales.scale(i) * (static_cast<float>(value.numbers<T>()[i]) - scales.zero_point(i));
    });
}

/// An array of a tensor's shape: of a rank that is asked for, or of any.
template <class T, std::size_t... Rank>
[[gnu::cold, gnu::flatten]] auto room_for(const Value& value, [[maybe_unused]] std::string_view source)
{
    if constexpr (sizeof...(Rank) == 0) {
        xt::xarray<T, xt::layout_type::row_major> room;
        room.resize(std::vector<std::size_t>(value.shape.begin(), value.shape.end()));
        return room;
    }
    else {
        constexpr std::size_t rank = (Rank + ...);
        row_major<T, rank> room;
        std::array<std::size_t, rank> extents{};
        if (value.shape.rank != extents.size())
            fail({source, ": \"", value.tensor->name, "\" has shape ", value.shape, ", a tensor of rank ", extents.size(),
                  " was asked for"});
        std::copy(value.shape.begin(), value.shape.end(), extents.begin());
        room.resize(extents);
        return room;
    }
}

}}} // namespace lamina::internals::tflite
