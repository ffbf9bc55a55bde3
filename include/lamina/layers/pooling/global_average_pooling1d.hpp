// lamina/layers/pooling/global_average_pooling1d.hpp: the mean of each feature over a whole sequence.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/layers/pooling/global_pooling.hpp>

#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The mean of every feature over the steps of a sequence.
///
/// Shapes   [steps, features] -> [features]; with KeepDims [1, features].
/// Options  KeepDims, Name.
/// Masks    the mean is that of the steps that are there; it is 0 where none is, and the mask ends.
/// Refuses  any rank but 2; an axis of 0.
/// Numerics added up in `T`, as a bias's gradient is (`kernels/elementwise.hpp`), and divided once.
/// Example  Sequential<Input<40>, Embedding<500, 16, MaskZero>, GlobalAveragePooling1D<>, Dense<1, Sigmoid>> model;
template <class... Options>
struct GlobalAveragePooling1D
    : protocols::layer_base<GlobalAveragePooling1D<Options...>, protocols::families<protocols::family::keep_dims>, Options...> {
    static constexpr std::string_view kind = "GlobalAveragePooling1D";
    using geometry = internals::GlobalPooling<internals::pooled::steps, Options...>;

    template <class To> static void list_options(To& to) { geometry::list_options(to); }

    static constexpr protocols::verdict accept(Shape in) { return geometry::accept(in); }

    template <class T, Shape In> using block = internals::GlobalAverageBlock<GlobalAveragePooling1D, T, In>;
};

}} // namespace lamina
