// lamina/data/transforms/augment.hpp: every picture changed by chance, each time in another way.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/core/random.hpp>
#include <lamina/data/element.hpp>
#include <lamina/data/images/image.hpp>
#include <lamina/data/row.hpp>
#include <lamina/data/transform.hpp>
#include <lamina/data/transforms/map.hpp>
#include <lamina/data/transforms/parallel_map.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// The picture that a type stands for: itself, or for a view of one a picture of its own.
template <class E> struct picture_of {
    using type = void;
};
template <> struct picture_of<FloatImage> {
    using type = FloatImage;
};
template <> struct picture_of<Image> {
    using type = Image;
};
template <class T> struct picture_of<Row<T, 3>> : picture_of<row_major<T, 3>> {};

template <class E> inline constexpr bool is_picture = !std::is_void_v<typename picture_of<E>::type>;

/// Which of some types is the first picture; their number where none is.
template <class... E> consteval std::size_t place_of_picture()
{
    std::size_t at = 0;
    (void)((is_picture<E> || (++at, false)) || ...);
    return at;
}

/// The element after `augment`: its first picture is one that may be changed.
template <class E> struct augmented {
    using type = typename picture_of<E>::type;
};
template <class Places, std::size_t At, class... E> struct augmented_parts;
template <std::size_t... Each, std::size_t At, class... E> struct augmented_parts<std::index_sequence<Each...>, At, E...> {
    using type = std::tuple<typename std::conditional_t<Each == At, picture_of<E>, std::type_identity<E>>::type...>;
};
template <class... E> struct augmented<std::tuple<E...>> {
    static constexpr std::size_t at = place_of_picture<E...>();
    using type = typename std::conditional_t<at == sizeof...(E), std::type_identity<void>,
                                             augmented_parts<std::index_sequence_for<E...>, at, E...>>::type;
};
template <class A, class B> struct augmented<std::pair<A, B>> : augmented<std::tuple<A, B>> {};

/// The numbers of a picture as floats, and back: bytes are rounded and end at 0 and 255.
template <class Picture> void read_picture(const Picture& from, FloatImage& to)
{
    const auto extents = internals::extents_of(from);
    give_extents(to, extents[0], extents[1], extents[2]);
    std::copy_n(numbers_of<Picture>::data(from), to.size(), to.data());
}
inline void write_picture(const FloatImage& from, FloatImage& to) { to = from; }
inline void write_picture(const FloatImage& from, Image& to)
{
    give_extents(to, from.shape()[0], from.shape()[1], from.shape()[2]);
    std::transform(from.data(), from.data() + from.size(), to.data(), [](float number) {
        return static_cast<std::uint8_t>((number > 0 ? std::min(number, 255.0f) : 0.0f) + 0.5f); // and 0 for what is no number
    });
}

/// An element on its way: as it was read, its random numbers, as it becomes. What is moved is the last alone, and it changes places.
template <class E> struct PictureOnItsWay {
    E in{};
    Random random{Seed{}};
    typename augmented<E>::type out{};

    PictureOnItsWay() = default;
    PictureOnItsWay(PictureOnItsWay&& other) noexcept { std::swap(out, other.out); }
    PictureOnItsWay& operator=(PictureOnItsWay&& other) noexcept
    {
        std::swap(out, other.out);
        return *this;
    }
};

/// Gives each element the random numbers of its place in the pass, as it is read, so that threads behind it change nothing. What is
/// thrown has a place as well.
template <Dataset S> struct WithRandomNumbers {
    using element = PictureOnItsWay<element_of<S>>;
    struct Cursor {
        cursor_of<S> source;
        Seed seed;
        std::uint64_t number = 0;

        bool next(element& to)
        {
            to.random = Random(seed, number++);
            return source.next(to.in);
        }
        std::uint64_t skip(std::uint64_t n)
        {
            if (!skips_places()) return internals::read_over<element>(n, [&](element& unused) { return next(unused); });
            const std::uint64_t skipped = internals::skip_elements<element_of<S>>(source, n);
            number += skipped;
            return skipped;
        }
        bool skips_places() const { return internals::skips_places(source); }
    };

    S source;
    Seed seed;

    Cursor open(Pass pass) const { return {source.open(pass), Seed{mix(seed.value, pass.epoch)}}; }
    std::int64_t cardinality() const { return lamina::cardinality(source); }
};

/// Gives what elements on their way have become.
template <Dataset S, class E> struct WithoutRandomNumbers {
    using element = E;
    struct Cursor {
        cursor_of<S> source;
        element_of<S> one{};

        bool next(element& to)
        {
            if (!source.next(one)) return false;
            std::swap(to, one.out);
            return true;
        }
        std::uint64_t skip(std::uint64_t n) { return internals::skip_elements<element_of<S>>(source, n); }
        bool skips_places() const { return internals::skips_places(source); }
    };

    S source;

    Cursor open(Pass pass) const { return {source.open(pass)}; }
    std::int64_t cardinality() const { return lamina::cardinality(source); }
};

/// All steps, one after another, on the picture of an element. Each that writes elsewhere has memory of its own, so that nothing is
/// allocated where pictures have the same extents.
template <class... Steps> struct AugmentSteps {
    std::tuple<Steps...> steps;

    template <class E> PictureOnItsWay<E>&& operator()(PictureOnItsWay<E>& element) const
    {
        if constexpr (is_picture<E>) change(element.in, element.out, element.random);
        else
            [&]<std::size_t... At>(std::index_sequence<At...>) {
                (part < At == augmented<E>::at > (std::get<At>(element.in), std::get<At>(element.out), element.random), ...);
            }(std::make_index_sequence<std::tuple_size_v<E>>{});
        return std::move(element);
    }

private:
    template <bool IsThePicture, class From, class To> void part(From& from, To& to, Random& random) const
    {
        if constexpr (IsThePicture) change(from, to, random);
        else std::swap(from, to);
    }

    template <class From, class To> void change(const From& from, To& to, Random& random) const
    {
        static thread_local std::array<FloatImage, sizeof...(Steps) + 1> memory;
        read_picture(from, memory[0]);
        FloatImage *now = &memory[0], *next = now;
        std::apply([&](const auto&... step) { ((now = one(step, *now, random, *++next)), ...); }, steps);
        write_picture(*now, to);
    }
    template <class Step> static FloatImage* one(const Step& step, FloatImage& image, Random& random, FloatImage& memory)
    {
        if constexpr (std::is_invocable_v<const Step&, const FloatImage&, Random&, FloatImage&>) {
            step(std::as_const(image), random, memory);
            return &memory;
        }
        else {
            static_assert(std::is_invocable_v<const Step&, FloatImage&, Random&>,
                          "lamina: a step of augment is called with a FloatImage& and a Random&");
            step(image, random);
            return &image;
        }
    }
};

/// The transformation; `all_steps` is a map of elements on their way.
template <class Map> auto augment_by(Seed seed, Map all_steps)
{
    return Transform{[seed, all_steps]<Dataset S>(S source) {
        using Out = typename augmented<element_of<S>>::type;
        constexpr bool has_picture = !std::is_void_v<Out>;
        static_assert(has_picture,
                      "lamina: augment finds no picture in the elements of this dataset: a tensor or a Row of rank 3, of bytes "
                      "or floats, alone or as a part of a tuple");
        if constexpr (has_picture) {
            auto on_their_way = WithRandomNumbers<S>{std::move(source), seed} | all_steps;
            return WithoutRandomNumbers<decltype(on_their_way), Out>{std::move(on_their_way)};
        }
        else return source;
    }};
}

} // namespace internals

/// Changes every picture by the steps, one after another, each time in another way: `random_flip_left_right`, `random_flip_up_down`,
/// `random_crop`, `random_brightness`, `random_contrast`, `random_rotation`, `random_zoom`, `random_translation`, or a lambda
/// `(FloatImage& image, Random& random)`, or `(const FloatImage& image, Random& random, FloatImage& to)`. `threads(n)` before the steps: by so many threads.
///
/// The random numbers of an element are a function of the seed, of the pass and of the element's place in it: neither threads nor skipping
/// change them, and every pass has others.
///
/// Shapes    elements that are pictures [height, width, channels] of bytes or floats, or tuples of which the first picture is changed; of
///           `slices` the rows are copied. Bytes are computed as floats and rounded at the end.
/// Refuses   elements without a picture, at compile time
/// Numerics  definitions and names of the factors as in Keras 3's RandomRotation, RandomZoom, …; the numbers drawn are lamina's own
///
/// Example  auto others = augment(Seed{1}, threads(2), random_flip_left_right(), random_rotation(0.1));
template <class... Steps> auto augment(Seed seed, Steps... steps)
{
    return internals::augment_by(seed, map(internals::AugmentSteps<Steps...>{{std::move(steps)...}}));
}
template <class... Steps> auto augment(Seed seed, threads n, Steps... steps)
{
    return internals::augment_by(seed, map(internals::AugmentSteps<Steps...>{{std::move(steps)...}}, n));
}

}} // namespace lamina
