// lamina/training/check_samples.hpp: what is checked of data before a model is trained or evaluated on it.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/trace/inputs.hpp>
#include <lamina/trace/plan.hpp>
#include <lamina/training/loss.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Never true: its arguments are the error message.
template <class Loss, class Label, target_kind Needed> inline constexpr bool labels_are_of_the_kind_that_the_loss_needs = false;
template <class Metric, class Loss> inline constexpr bool metric_reads_the_same_labels_as_the_loss = false;

/// A class index is a whole number; anything that can be compared with an output may stand for the output itself.
template <class L, class Y>
inline constexpr bool label_kind_fits =
    L::kind == target_kind::same_shape || (std::is_integral_v<element<Y>> && !std::is_same_v<element<Y>, bool>);

constexpr Shape without_last(const Shape& s)
{
    Shape rest;
    for (std::size_t axis = 0; axis + 1 < s.rank; ++axis) rest.push_back(s[axis]);
    return rest;
}

/// [3, 1] and [3] are the same numbers.
constexpr Shape without_ones(const Shape& s)
{
    Shape rest;
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
template <class X> [[gnu::cold]] std::string position_in(const X& x, std::size_t flat)
{
    std::size_t extents[Shape::max_rank + 1]{};
    for (std::size_t axis = 0; axis < x.shape().size(); ++axis) extents[axis] = x.shape()[axis];
    return position_in(extents, x.shape().size(), flat);
}

/// Where the first number lies that is none or larger than `largest`; `count` where there is none.
template <class N> [[gnu::noinline]] std::size_t find_infinite(const N* numbers, std::size_t count, N largest)
{
    const auto most = bits_of_size(largest);
    for (std::size_t first = 0; first < count; first += 4096) {
        const std::size_t end = first + 4096 < count ? first + 4096 : count;
        auto wrong = most & 0; // as wide as the numbers: it is vectorized
        for (std::size_t i = first; i < end; ++i) wrong |= bits_of_size(numbers[i]) > most;
        if (wrong == 0) continue;
        while (bits_of_size(numbers[first]) <= most) ++first;
        return first;
    }
    return count;
}

template <class T, class X> [[gnu::cold]] void require_finite(const X& x, const char* where, const char* name)
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
[[gnu::cold]] inline void require_shapes(std::size_t count, std::size_t labels, const Shape& given, target_kind kind,
                                         std::string_view loss, const Shape& output, const char* where)
{
    if (labels != count && labels == 1 && given.rank == 0 && count > 1)
        fail({where, ": there are ", count,
              " samples and 1 label; each sample needs one; did you mean xt::xtensor<int, 1>::from_shape({", count,
              "})? xt::xtensor<int, 1> y({", count, "}) is a list that holds the number ", count});
    if (labels != count) fail({where, ": there are ", count, " samples and ", labels, " labels; each sample needs one"});
    if (kind == target_kind::label_sequence) {
        if (given.rank != 1 || given.size() == 0)
            fail({where, ": labels of shape ", given, " a sample were given, ", loss, " needs a list of them, [labels]"});
        return;
    }
    const Shape needed = kind == target_kind::class_index ? without_last(output) : output;
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
    fail({where, ": y", position_in(y, first), " is ", found, ", ", L::name, " needs ", needed_target(loss, width)});
}

/// Throws unless there are samples, in every input as many and of the shape needed[i], of finite numbers that a model of T holds.
template <class T, DenseTensors X> [[gnu::cold]] void require_samples_of(const X& x, const Shape* needed, const char* where)
{
    if (tensor_at<0>(x).shape()[0] == 0) fail({where, ": there are no samples, at least one is needed"});
    require_inputs(x, needed, where);
    [&]<std::size_t... At>(std::index_sequence<At...>) {
        if constexpr (sizeof...(At) == 1) require_finite<T>(tensor_at<0>(x), where, "x");
        else (require_finite<T>(tensor_at<At>(x), place_of(where, "input", At, sizeof...(At)).c_str(), "x"), ...);
    }(std::make_index_sequence<tensor_count<X>>{});
}

/// Throws unless an input holds whole numbers below the bound of each block that reads them as indices.
template <class T, DenseTensors X> [[gnu::cold]] void require_indices(const X& x, const Plan<T>& plan, const char* where)
{
    for (const auto& node : plan.nodes)
        if (node.whole_below > 0)
            [&]<std::size_t... At>(std::index_sequence<At...>) {
                const auto check_one = [&](const auto& input, std::size_t at) {
                    for (std::size_t i = 0; node.inputs[0] == at && i < input.size(); ++i) {
                        const auto found = static_cast<double>(start_of(input)[i]);
                        if (!(found >= 0 && found < double(node.whole_below) && found == std::floor(found)))
                            fail({place_of(where, "input", at, sizeof...(At)), ": x", position_in(input, i), " is ", found,
                                  ", the model takes it for an index: a whole number from 0 to ", node.whole_below - 1});
                    }
                };
                (check_one(tensor_at<At>(x), At), ...);
            }(std::make_index_sequence<tensor_count<X>>{});
}

/// Throws unless there is a label for each of `count` samples, of the shape and of values that the loss accepts for an output.
template <class L, DenseTensor Y>
void require_labels(const L& loss, const Y& y, std::size_t count, const Shape& output, const char* where)
{
    const auto [rows, width, step] = rows_of_sample(loss, output);
    require_shapes(count, y.shape()[0], sample_shape(y), L::kind, L::name, output, where);
    const std::size_t targets = step > 0 ? step : y.size() / count;
    for (std::size_t row = 0; row < count * rows; ++row) {
        const TargetAt<L::kind, element<Y>> target(start_of(y) + row * targets, targets, output.back());
        if (!accepts_target(loss, target.get(), width)) refuse_label(loss, y, row * targets, targets, width, where);
    }
}

}}} // namespace lamina::internals
