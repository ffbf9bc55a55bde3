// lamina/data/images/random_steps.hpp: what `augment` does to a picture, each time by other random numbers.
//
// A step is called with a picture of floats [height, width, channels], which it changes, and the random numbers of this element; or with
// these and the picture that it makes of the first, (const FloatImage&, Random&, FloatImage& to).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/random.hpp>
#include <lamina/data/images/adjust.hpp>
#include <lamina/data/images/affine.hpp>
#include <lamina/data/images/arrange.hpp>
#include <lamina/data/images/image.hpp>

#include <cstddef>
#include <string_view>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// How far a step may go: `0.2` is from −0.2 to 0.2, `{0, 0.2}` from 0 to 0.2.
struct Factor {
    Factor(double both) : low(-both), high(both) {}
    Factor(double from, double to) : low(from), high(to) {}
    double low, high;
};

namespace internals {

[[gnu::cold, gnu::noinline]] inline Factor require_factor(std::string_view name, Factor factor, double least, double most)
{
    if (factor.low > factor.high) std::swap(factor.low, factor.high);
    if (!(factor.low >= least && factor.high <= most)) // and what is no number
        fail({name, ": a factor from ", factor.low, " to ", factor.high, "; both are between ", least, " and ", most});
    return factor;
}
inline double draw_factor(Random& random, Factor factor) { return random.uniform(factor.low, factor.high); }

struct FlipLeftRight {
    void operator()(FloatImage& image, Random& random) const
    {
        if (random.bits() & 1) flip_left_right(image);
    }
};
struct FlipUpDown {
    void operator()(FloatImage& image, Random& random) const
    {
        if (random.bits() & 1) flip_up_down(image);
    }
};
struct CropAnywhere {
    std::size_t height, width;
    void operator()(const FloatImage& image, Random& random, FloatImage& to) const
    {
        const auto& from = image.shape();
        if (height > from[0] || width > from[1])
            fail({"random_crop: ", height, " by ", width, " pixels were asked for, the picture has ", from[0], " by ", from[1],
                  "; resize it before"});
        const auto top = static_cast<std::size_t>(random.below(from[0] - height + 1));
        const auto left = static_cast<std::size_t>(random.below(from[1] - width + 1));
        crop(image, to, top, left, height, width);
    }
};
struct Brighten {
    Factor factor;
    ValueRange range;
    void operator()(FloatImage& image, Random& random) const
    {
        adjust_brightness(image, static_cast<float>(draw_factor(random, factor)) * (range.high - range.low), range);
    }
};
struct Contrast {
    Factor factor;
    ValueRange range;
    void operator()(FloatImage& image, Random& random) const
    {
        adjust_contrast(image, static_cast<float>(1 + draw_factor(random, factor)), range);
    }
};
/// Rotations, zooms and translations: `affine_of(random, height, width)` says how the picture is read.
template <class Draw> struct AffineStep {
    Draw affine_of;
    FillOptions fill;
    void operator()(const FloatImage& image, Random& random, FloatImage& to) const
    {
        affine(image, to, affine_of(random, image.shape()[0], image.shape()[1]), fill);
    }
};
template <class Draw> AffineStep(Draw, FillOptions) -> AffineStep<Draw>;

} // namespace internals

/// A step of `augment`: mirrors a picture left and right, or leaves it, by a toss of a coin.
///
/// Example  auto step = random_flip_left_right();
inline auto random_flip_left_right() { return internals::FlipLeftRight{}; }

/// A step of `augment`: mirrors a picture up and down, or leaves it, by a toss of a coin.
///
/// Example  auto step = random_flip_up_down();
inline auto random_flip_up_down() { return internals::FlipUpDown{}; }

/// A step of `augment`: a part of `height` by `width` pixels from anywhere.
///
/// Refuses  extents of 0; a smaller picture, where it comes
///
/// Example  auto step = random_crop(24, 24);
[[gnu::cold]] inline auto random_crop(std::size_t height, std::size_t width)
{
    if (height == 0 || width == 0)
        internals::fail({"random_crop: a part of ", height, " by ", width, " pixels; both are 1 or more"});
    return internals::CropAnywhere{height, width};
}

/// A step of `augment`: adds to all numbers a part of the range, 0.2 between −0.2 and 0.2 of it.
///
/// Refuses  factors beyond −1 and 1
///
/// Example  auto step = random_brightness(0.2, {.low = 0, .high = 1});
[[gnu::cold]] inline auto random_brightness(Factor factor, ValueRange range = {})
{
    return internals::Brighten{internals::require_factor("random_brightness", factor, -1, 1), range};
}

/// A step of `augment`: moves the numbers of each channel towards its mean or away from it, 0.2 by 0.8 to 1.2.
///
/// Refuses  factors below −1 and beyond 10
///
/// Example  auto step = random_contrast(0.2);
[[gnu::cold]] inline auto random_contrast(Factor factor, ValueRange range = {})
{
    return internals::Contrast{internals::require_factor("random_contrast", factor, -1, 10), range};
}

/// A step of `augment`: turns a picture around its middle, 0.1 by up to a tenth of a whole turn both ways, as Keras's RandomRotation.
///
/// Refuses  factors beyond −1 and 1
///
/// Example  auto step = random_rotation(0.1, {.mode = Fill::constant});
[[gnu::cold]] inline auto random_rotation(Factor factor, FillOptions fill = {})
{
    factor = internals::require_factor("random_rotation", factor, -1, 1);
    return internals::AffineStep{[factor](Random& random, std::size_t height, std::size_t width) {
                                     return Affine::rotation(internals::draw_factor(random, factor), height, width);
                                 },
                                 fill};
}

/// A step of `augment`: makes what a picture shows smaller (factors above 0) or larger, 0.2 by 1.2 to 0.8, as Keras's RandomZoom. With one
/// factor height and width change alike.
///
/// Refuses  factors beyond −1 and 10
///
/// Example  auto step = random_zoom({-0.3, 0.0});
[[gnu::cold]] inline auto random_zoom(Factor factor, FillOptions fill = {})
{
    factor = internals::require_factor("random_zoom", factor, -1, 10);
    return internals::AffineStep{[factor](Random& random, std::size_t height, std::size_t width) {
                                     const double zoom = 1 + internals::draw_factor(random, factor);
                                     return Affine::zoom(zoom, zoom, height, width);
                                 },
                                 fill};
}
[[gnu::cold]] inline auto random_zoom(Factor down, Factor across, FillOptions fill = {})
{
    down = internals::require_factor("random_zoom", down, -1, 10),
    across = internals::require_factor("random_zoom", across, -1, 10);
    return internals::AffineStep{[down, across](Random& random, std::size_t height, std::size_t width) {
                                     const double first = 1 + internals::draw_factor(random, down);
                                     return Affine::zoom(first, 1 + internals::draw_factor(random, across), height, width);
                                 },
                                 fill};
}

/// A step of `augment`: shifts a picture by parts of its height and of its width, as Keras's RandomTranslation.
///
/// Refuses  factors beyond −1 and 1
///
/// Example  auto step = random_translation(0.1, 0.1, {.mode = Fill::nearest});
[[gnu::cold]] inline auto random_translation(Factor down, Factor right, FillOptions fill = {})
{
    down = internals::require_factor("random_translation", down, -1, 1);
    right = internals::require_factor("random_translation", right, -1, 1);
    return internals::AffineStep{[down, right](Random& random, std::size_t height, std::size_t width) {
                                     const double by = internals::draw_factor(random, down) * static_cast<double>(height);
                                     const double over = internals::draw_factor(random, right) * static_cast<double>(width);
                                     return Affine::translation(by, over);
                                 },
                                 fill};
}

}} // namespace lamina
