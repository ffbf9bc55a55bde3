// lamina/training/dataset_batches.hpp: what `fit` and `evaluate` take of a dataset: batches (x, y) or (x, y, weights).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/span_of.hpp>
#include <lamina/models/batch_parts.hpp>
#include <lamina/models/readable.hpp>
#include <lamina/trace/inputs.hpp>
#include <lamina/training/gradient.hpp>
#include <lamina/training/sample_weights.hpp>
#include <lamina/training/samples_fit.hpp>

#include <array>
#include <charconv>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Whether input At of a model is given one sample, which has no axis of the batch.
template <class M, class X, std::size_t At> consteval bool is_one_sample()
{
    using Tensor = tensor_type<Tensors<X>, At>;
    constexpr std::size_t rank = declared_input<M, At>.rank;
    return rank > 0 && !may_have_rank<Tensor>(rank + 1) && may_have_rank<Tensor>(rank);
}

/// Whether the extents of a sample are the model's, as far as the type of a batch says them.
template <class M, class X, std::size_t At> consteval bool extents_fit()
{
    using Tensor = tensor_type<X, At>;
    if constexpr (FixedExpression<Tensor>) {
        constexpr Shape batch = shape_of_fixed<typename Tensor::shape_type>::value, needed = declared_input<M, At>;
        for (std::size_t axis = 0; axis < needed.rank && batch.rank == needed.rank + 1; ++axis)
            if (batch[axis + 1] != needed[axis]) return false;
    }
    return true;
}

/// Whether a part of a batch, or of a sample, is a text or a list of them.
template <class X> inline constexpr bool is_of_texts = std::is_convertible_v<const X&, std::string_view>;
template <class T> inline constexpr bool is_of_texts<std::vector<T>> = is_of_texts<T>;

/// Whether elements E are batches for a model M that is measured by G; one sentence where they are none.
template <class M, class G, class E> consteval bool batches_fit()
{
    constexpr bool parts = part_count<E> == 2 || part_count<E> == 3;
    static_assert(parts,
                  "lamina: the elements of this dataset are no (x, y) or (x, y, weights): map them to a std::tuple of these, and "
                  "add batch(32) behind it");
    if constexpr (parts) {
        using X = part_type<E, 0>;
        using Y = part_type<E, 1>;
        constexpr bool readable = Readable<X> && Readable<Y> && Readable<part_type<E, part_count<E> - 1>>;
        constexpr bool texts = is_of_texts<X> || is_of_texts<Y>;
        static_assert(!texts,
                      "lamina: x or y of this dataset is text, a model is trained on numbers: map it to numbers before batch");
        constexpr bool batched = [] {
            if constexpr (!readable) return texts; // was refused
            else
                return []<std::size_t... At>(std::index_sequence<At...>) {
                    return !(is_one_sample<M, X, At>() || ...);
                }(given<Tensors<X>, input_count<M>>{});
        }();
        static_assert(batched,
                      "lamina: the elements of this dataset are single samples, not batches x [n, ...input] and y [n, ...]: add "
                      "batch(32) to it");
        if constexpr (batched && !texts) {
            if constexpr (!samples_fit(samples_for<M, G, X, Y>{})) return false;
            else {
                constexpr bool extents = []<std::size_t... At>(std::index_sequence<At...>) {
                    return (extents_fit<M, X, At>() && ...);
                }(given<Tensors<X>, input_count<M>>{});
                static_assert(extents,
                              "lamina: the samples in the batches of this dataset have another shape than the model's input");
                return extents;
            }
        }
    }
    return false;
}

/// Any dataset, where another function would rather have it: that one is called if it can be.
struct SomeDataset {
    template <Dataset D> SomeDataset(const D&) {}
};
inline constexpr std::size_t most_callbacks = 1000; ///< so that an assertion waits for a call

/// `fit: batch 12 of epoch 3`, without memory of its own.
class BatchPlace {
public:
    explicit BatchPlace(std::string_view where, std::size_t batch) { add(where), add(": batch "), add(batch); }
    BatchPlace(std::string_view where, std::size_t batch, std::size_t epoch) : BatchPlace(where, batch)
    {
        add(" of epoch "), add(epoch);
    }
    const char* c_str() const { return text.data(); }

private:
    void add(std::string_view piece)
    {
        for (std::size_t i = 0; i < piece.size() && used + 1 < text.size(); ++i) text[used++] = piece[i];
    }
    void add(std::size_t number)
    {
        std::array<char, 24> digits{};
        add(std::string_view(digits.data(), static_cast<std::size_t>(
                                                std::to_chars(digits.data(), digits.data() + 24, number).ptr - digits.data())));
    }

    std::array<char, 96> text{};
    std::size_t used = 0;
};

/// The weights of a batch's samples, if it has some.
template <class E> [[gnu::cold]] void read_weights(std::vector<float>& to, const E& batch, std::size_t count, const char* where)
{
    to.clear();
    if constexpr (part_count<E> == 3) {
        const auto& given = read_one(batch_part<2>(batch), Shape{1}, where);
        to.assign(start_of(given), start_of(given) + given.size());
        require_weights(to, count, where);
        if (to.size() != count) fail({where, ": there are no sample weights for ", count, " samples; give one each"});
    }
}

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_no_batches(const char* where)
{
    fail({where, ": the dataset has no batches, at least one is needed"});
}
[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_endless(const char* where, const char* option)
{
    fail({where, ": the dataset never ends; give ", option, ", or leave out its repeat()"});
}

/// What the batches of a pass measure, at most `most` of them, or all where that is 0; with `only_looks` it only throws where the first one
/// does not fit. `option` bounds a dataset without an end.
template <class Steps, Dataset D>
[[gnu::cold]] typename Steps::Totals measure_batches(Steps& steps, const D& dataset, std::size_t most, std::size_t threads,
                                                     const char* where, const char* option, bool only_looks = false)
{
    if (most == 0 && cardinality(dataset) == infinite_cardinality) refuse_endless(where, option);
    typename Steps::Totals total;
    auto cursor = dataset.open(Pass{});
    element_of<D> batch{};
    std::vector<float> weights;
    double activities = 0;
    std::size_t count = 0, samples = 0;
    for (; (most == 0 || count < most) && cursor.next(batch); ++count) {
        const BatchPlace place(where, count + 1);
        steps.on_tensors(batch_part<0>(batch), batch_part<1>(batch), place.c_str(), [&](const auto& xy) {
            steps.require_fit(xy, place.c_str());
            read_weights(weights, batch, xy.size(), place.c_str());
            if (only_looks) return;
            activities += steps.add_measures(total, xy, {}, span_of(weights), threads);
            samples += xy.size();
        });
        if (only_looks) return total;
    }
    if (samples == 0) refuse_no_batches(where);
    steps.penalty = penalty_of_model(steps.core->model) + activities / static_cast<double>(samples);
    return total;
}

}}} // namespace lamina::internals
