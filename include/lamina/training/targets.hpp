// lamina/training/targets.hpp: what is checked of data before a model is trained or evaluated on it.
#pragma once

#include <lamina/models/inputs.hpp>
#include <lamina/training/loss.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace lamina {

namespace detail {

/// Never true: its arguments are the error message.
template <class Loss, class Label, targets Needed>
inline constexpr bool labels_are_of_the_kind_that_the_loss_needs = false;
template <class Metric, class Loss>
inline constexpr bool metric_reads_the_same_labels_as_the_loss = false;

/// A class index is a whole number; anything that can be compared with an output may stand for the output itself.
template <class L, class Y>
inline constexpr bool label_kind_fits =
    L::kind != targets::class_index || (std::is_integral_v<element<Y>> && !std::is_same_v<element<Y>, bool>);

constexpr shape without_last(const shape& s)
{
    shape rest;
    for (std::size_t axis = 0; axis + 1 < s.rank; ++axis) rest.push_back(s[axis]);
    return rest;
}

/// [3, 1] and [3] are the same numbers.
constexpr shape without_ones(const shape& s)
{
    shape rest;
    for (std::size_t axis = 0; axis < s.rank; ++axis)
        if (s[axis] != 1) rest.push_back(s[axis]);
    return rest;
}

/// [3, 4, 0] for the flat position of an element, for messages.
[[gnu::cold]] inline std::string position_in(const std::size_t* extents, std::size_t rank, std::size_t flat)
{
    std::size_t step = 1;
    for (std::size_t axis = 0; axis < rank; ++axis) step *= extents[axis];
    std::string text;
    const char* before = "[";
    for (std::size_t axis = 0; axis < rank; ++axis) {
        step /= extents[axis];
        append(text, {std::exchange(before, ", "), flat / step % extents[axis]});
    }
    append(text, {"]"});
    return text;
}
template <class X>
[[gnu::cold]] std::string position_in(const X& x, std::size_t flat)
{
    std::size_t extents[rank_of<X>];
    for (std::size_t axis = 0; axis < rank_of<X>; ++axis) extents[axis] = x.shape()[axis];
    return position_in(extents, rank_of<X>, flat);
}

/// Where the first number lies that is none or larger than `largest`; `count` where there is none.
template <class N>
[[gnu::noinline]] std::size_t find_infinite(const N* numbers, std::size_t count, N largest)
{
    using flag = std::conditional_t<sizeof(N) == 4, std::uint32_t, std::uint64_t>; // as wide: it is vectorised
    for (std::size_t first = 0; first < count; first += 4096) {
        const std::size_t end = first + 4096 < count ? first + 4096 : count;
        flag wrong = 0;
        for (std::size_t i = first; i < end; ++i) wrong |= !(std::fabs(numbers[i]) <= largest);
        if (wrong == 0) continue;
        while (std::fabs(numbers[first]) <= largest) ++first;
        return first;
    }
    return count;
}

template <class T, class X>
[[gnu::cold]] void require_finite(const X& x, const char* where, const char* name)
{
    using number = element<X>;
    if constexpr (std::is_floating_point_v<number>) {
        using narrower = std::conditional_t<(sizeof(number) > sizeof(T)), T, number>;
        const std::size_t place = find_infinite(start_of(x), x.size(), static_cast<number>(std::numeric_limits<narrower>::max()));
        if (place < x.size())
            fail({where, ": ", name, position_in(x, place), " is ", start_of(x)[place],
                  ", the model needs finite numbers of its type; clean the data first"});
    }
}

/// That there are as many labels as samples, and that a sample's labels are as many as the loss needs.
[[gnu::cold]] inline void require_shapes(std::size_t count, std::size_t labels, const shape& given, targets kind,
                                         std::string_view loss, const shape& output, const char* where)
{
    if (labels != count) fail({where, ": there are ", count, " samples and ", labels, " labels; each sample needs one"});
    const shape needed = kind == targets::class_index ? without_last(output) : output;
    if (given.size() != needed.size() || (given.rank > 1 && without_ones(given) != without_ones(needed)))
        fail({where, ": labels of shape ", given, " a sample were given, ", loss, " of an output ", output, " needs ", needed,
              ", ", needed.size(), " number", needed.size() == 1 ? "" : "s", " a sample"});
}

template <class L, class Y>
[[noreturn, gnu::cold]] void refuse_label(const L& loss, const Y& y, std::size_t first, std::size_t step, std::size_t width,
                                          const char* where)
{
    std::string found;
    for (std::size_t i = 0; i < step && i < 12; ++i) append(found, {i ? ", " : "", std::to_string(start_of(y)[first + i])});
    fail({where, ": y", position_in(y, first), " is ", found, ", ", L::name, " needs ", loss.needs(width)});
}

} // namespace detail

/// Throws unless there are samples, in every input as many and of the shape needed[i], of finite numbers that a model of T holds.
template <class T, DenseTensors X>
[[gnu::cold]] void require_samples_of(const X& x, const shape* needed, const char* where)
{
    if (tensor_at<0>(x).shape()[0] == 0) fail({where, ": there are no samples, at least one is needed"});
    require_inputs(x, needed, where);
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (detail::require_finite<T>(tensor_at<I>(x), detail::place_of(where, "input", I, sizeof...(I)).c_str(), "x"), ...);
    }(std::make_index_sequence<tensor_count<X>>{});
}

/// Throws unless there is a label for each of `count` samples, of the shape and of values that the loss accepts for an output.
template <class L, DenseTensor Y>
void require_labels(const L& loss, const Y& y, std::size_t count, const shape& output, const char* where)
{
    const std::size_t width = output.back(), rows = output.size() / width;
    detail::require_shapes(count, y.shape()[0], sample_shape(y), L::kind, L::name, output, where);
    const std::size_t step = L::kind == targets::class_index ? 1 : width;
    for (std::size_t row = 0; row < count * rows; ++row)
        if (!loss.accepts(start_of(y) + row * step, width)) detail::refuse_label(loss, y, row * step, step, width, where);
}

} // namespace lamina
