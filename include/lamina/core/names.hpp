// lamina/core/names.hpp: lists of names: whether one is there, which is there twice, and which was probably meant.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/language.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// `before(of, a, b)` compares what stands at two places. By heaps, of which the compiler makes less than of std::sort.
[[gnu::cold, gnu::noinline]] inline void sort_places(std::vector<std::size_t>& places, const void* of,
                                                     bool (*before)(const void* of, std::size_t a, std::size_t b))
{
    const auto compare = [=](std::size_t a, std::size_t b) { return before(of, a, b); };
    std::make_heap(places.begin(), places.end(), compare);
    std::sort_heap(places.begin(), places.end(), compare);
}

/// Whether a value is in a list: std::find is spelled out four times over, which takes long to compile.
[[gnu::cold]] bool contains(const auto& list, const auto& value)
{
    for (const auto& one : list)
        if (one == value) return true;
    return false;
}

/// `list.push_back(value)`, spelled out here: the functions of a list of types that all objects of a program share would be shared too, and be
/// those of one instruction set.
template <class T> [[gnu::cold, gnu::flatten, gnu::noinline]] void add_to(std::vector<T>& list, std::type_identity_t<T> value)
{
    list.push_back(std::move(value));
}

/// The places 0, 1, … of a list in the order of what stands there; `before(a, b)` compares two places. It is one function for all
/// lists: std::sort takes long to compile for each.
template <class Before> [[gnu::cold]] std::vector<std::size_t> sorted_places(std::size_t count, const Before& before)
{
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < count; ++i) places.push_back(i);
    sort_places(places, &before,
                [](const void* of, std::size_t a, std::size_t b) { return (*static_cast<const Before*>(of))(a, b); });
    return places;
}

/// The texts of a list without its type, so that one function compares those of all lists: `text(one)` gives the text of one.
class TextsOf {
public:
    template <class List, class Text>
    TextsOf(const List& list, Text)
        : count(list.size()), of(&list), at([](const void* from, std::size_t place) -> std::string_view {
              return Text{}((*static_cast<const List*>(from))[place]);
          })
    {}

    std::string_view operator[](std::size_t place) const { return at(of, place); }

    const std::size_t count;

private:
    const void* of;
    std::string_view (*at)(const void* of, std::size_t place);
};

/// The first text that is in a list more than once; where there is none, one that is nowhere: its data() is null. (A std::optional
/// would be one more thing to compile for every program.)
[[gnu::cold]] inline std::string_view repeated(const TextsOf& texts)
{
    const auto sorted = sorted_places(texts.count, [&](std::size_t a, std::size_t b) {
        const int order = texts[a].compare(texts[b]);
        return order < 0 || (order == 0 && a < b);
    });
    std::size_t first = texts.count;
    for (std::size_t i = 1; i < texts.count; ++i)
        if (texts[sorted[i - 1]] == texts[sorted[i]]) first = std::min(first, sorted[i - 1]);
    if (first == texts.count) return {};
    return texts[first];
}

/// The number of characters to insert, remove or replace to get from one name to the other (Levenshtein 1965).
[[gnu::cold]] inline std::size_t edit_distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row;
    for (std::size_t i = 0; i <= b.size(); ++i) row.push_back(i);
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min(std::min(replaced, diagonal + 1), row[j] + 1);
        }
    }
    return row.back();
}

/// Looks for the name nearest to `wanted` among those that it is shown.
struct NearestName {
    std::string_view wanted;
    std::string_view found{}; ///< none while all differ in more than half of the longer name's characters
    std::size_t least = ~std::size_t{0};

    [[gnu::cold]] void look_at(std::string_view name)
    {
        const std::size_t shorter = std::min(wanted.size(), name.size()), longer = std::max(wanted.size(), name.size());
        if (longer > 2 * shorter || longer - shorter >= least) return;
        if (const std::size_t distance = edit_distance(wanted, name); distance < least && 2 * distance <= longer) {
            least = distance;
            found = name;
        }
    }
};

/// The name nearest to `wanted` in a list, or none.
[[gnu::cold]] inline std::string_view nearest(std::string_view wanted, const std::vector<std::string_view>& names)
{
    NearestName nearby{wanted};
    for (const auto name : names) nearby.look_at(name);
    return nearby.found;
}

}}} // namespace lamina::internals
