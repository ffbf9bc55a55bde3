// lamina/data/transforms/padded_batch.hpp: n elements at a time, filled up to the same extents.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/core/error.hpp>
#include <lamina/data/pad.hpp>
#include <lamina/data/spec.hpp>
#include <lamina/data/transform.hpp>
#include <lamina/data/transforms/batch.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

template <Dataset S> struct PaddedBatchDataset {
    using one = element_of<S>;
    using element = typename filled_up<one>::type;

    class Cursor {
    public:
        Cursor(cursor_of<S> from, std::size_t n, bool drops, const std::vector<PaddedComponent>& how)
            : source(std::move(from)), size(n), drop(drops), components(how)
        {}

        bool next(element& to)
        {
            while (filled < size) { // what was read before an exception is still there
                if (filled == read.size()) read.emplace_back();
                if (!source.next(read[filled].value)) break;
                internals::judge_extents(components.data(), filled, read[filled].value);
                ++filled;
            }
            const std::size_t n = std::exchange(filled, 0);
            if (n == 0 || (drop && n < size)) return false;
            for (std::size_t i = 0; i < n; ++i) internals::widen_extents(components.data(), i == 0, read[i].value);
            for (std::size_t i = 0; i < n; ++i) {
                PaddedComponent* at = components.data();
                internals::put_filled(to, i, n, read[i].value, at);
            }
            return true;
        }

        [[gnu::cold]] std::uint64_t skip(std::uint64_t n) { return internals::skip_batches<one>(source, n, size, drop, filled); }
        bool skips_places() const { return internals::skips_places(source); }

    private:
        cursor_of<S> source;
        std::size_t size;
        bool drop;
        std::vector<PaddedComponent> components;
        std::vector<Kept<one>> read;
        std::size_t filled = 0;
    };

    S source;
    std::size_t size;
    bool drop;
    std::vector<PaddedComponent> components;

    [[gnu::cold]] Cursor open(Pass pass) const { return {source.open(pass), size, drop, components}; }
    [[gnu::cold]] std::vector<Component> spec() const
    {
        std::vector<Component> all = lamina::spec(source);
        for (std::size_t i = 0; i < all.size(); ++i) {
            const std::vector<std::int64_t>& given = components[i].pad.extents;
            for (std::size_t axis = 0; axis < given.size(); ++axis) all[i].extents[axis] = given[axis];
        }
        return batched_spec(std::move(all), unknown_extent);
    }
    [[gnu::cold]] std::int64_t cardinality() const
    {
        const std::int64_t n = lamina::cardinality(source), by = static_cast<std::int64_t>(size);
        return n < 0 ? n : n / by + (!drop && n % by != 0);
    }
};

/// Whether numbers of a type, by its dtype's name, can be a value.
[[gnu::cold]] inline bool holds_value(std::string_view type, double value)
{
    if (type.starts_with("float") || type.starts_with("bfloat") || type == "string") return true;
    if (type == "bool") return value == 0 || value == 1;
    const bool is_signed = type.starts_with("int");
    const int width = type.ends_with("8") ? 8 : type.ends_with("16") ? 16 : type.ends_with("32") ? 32 : 64;
    const double end = std::ldexp(1.0, is_signed ? width - 1 : width);
    return value == std::floor(value) && value < end && value >= (is_signed ? -end : 0);
}

/// A Pad for each component of elements.
[[gnu::cold]] inline std::vector<PaddedComponent> judged_pads(const std::vector<Pad>& pads, const std::vector<Component>& of)
{
    if (!pads.empty() && pads.size() != of.size())
        fail({"padded_batch: ", pads.size(), pads.size() == 1 ? " Pad for " : " Pads for ", of.size(),
              of.size() == 1 ? " component" : " components", "; give one for each, or none"});
    std::vector<PaddedComponent> all(of.size());
    for (std::size_t i = 0; i < pads.size(); ++i) {
        const Pad& pad = pads[i];
        if (!pad.extents.empty() && pad.extents.size() != of[i].extents.size())
            fail({"padded_batch: Pad ", i, " has ", pad.extents.size(), " extents, its component has ", of[i].extents.size(),
                  "; give as many, or none"});
        for (const std::int64_t extent : pad.extents)
            if (extent < 0 && extent != unknown_extent)
                fail({"padded_batch: Pad ", i, " has an extent of ", extent, "; it is 0 or more, or unknown_extent"});
        if (!holds_value(of[i].type, pad.value))
            fail({"padded_batch: Pad ", i, " has the value ", pad.value, ", its component is of type ", of[i].type,
                  "; choose a value of this type"});
        all[i].pad = pad;
    }
    return all;
}

[[gnu::cold]] inline auto padded_batch_of(std::size_t n, std::vector<Pad> pads, bool drop)
{
    if (n == 0) fail({"padded_batch: a size of 0; it is 1 or more"});
    constexpr std::uint64_t most = std::uint64_t{1} << 32; // as of `batch`
    if (n > most) fail({"padded_batch: a size of ", n, "; it is at most ", most});
    return Transform{[n, pads = std::move(pads), drop]<Dataset S>(S source) {
        constexpr bool fits = has_components<element_of<S>, true>::answer();
        static_assert(fits,
                      "lamina: padded_batch takes numbers, tensors, texts, lists of numbers or texts, tuples and structs of "
                      "these; map elements to these");
        if constexpr (fits) {
            std::vector<PaddedComponent> components = judged_pads(pads, lamina::spec(source));
            return PaddedBatchDataset<S>{std::move(source), n, drop, std::move(components)};
        }
        else return source;
    }};
}

} // namespace internals

/// `n` elements at a time, as of `batch`; tensors and lists of different extents are filled up to the largest of the batch, or to those of
/// `Pad`, with 0 and "" or the values of `Pad`. Lists of numbers give a tensor [n, longest], lists of texts lists that are of one length.
/// Elements of several components take no Pad, or one for each.
///
/// Where reading an element throws, what was read before it begins the next batch.
///
/// Shapes   elements […], batches [n, …]
/// Refuses  an element that is larger than the Pad's extents; a Pad whose extents or value are not those of its component
///
/// Example  const auto rows = range(9) | window(3, {.shift = 2}) | padded_batch(2, Pad{.extents = {4}, .value = -1});
[[gnu::cold]] inline auto padded_batch(std::size_t n, std::vector<Pad> pads = {})
{
    return internals::padded_batch_of(n, std::move(pads), false);
}
[[gnu::cold]] inline auto padded_batch(std::size_t n, std::vector<Pad> pads, DropRemainder)
{
    return internals::padded_batch_of(n, std::move(pads), true);
}
[[gnu::cold]] inline auto padded_batch(std::size_t n, Pad pad) { return internals::padded_batch_of(n, {std::move(pad)}, false); }
[[gnu::cold]] inline auto padded_batch(std::size_t n, Pad pad, DropRemainder)
{
    return internals::padded_batch_of(n, {std::move(pad)}, true);
}
[[gnu::cold]] inline auto padded_batch(std::size_t n, DropRemainder) { return internals::padded_batch_of(n, {}, true); }

}} // namespace lamina
