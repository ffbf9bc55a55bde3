// lamina/layers/pooling/global_max_pooling1d.hpp: the largest value of each feature over a whole sequence.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/layers/pooling/global_pooling.hpp>

#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The largest value of every feature over the steps of a sequence. Values that are equal share its gradient, as in TensorFlow.
///
/// Shapes   [steps, features] -> [features]; with KeepDims [1, features].
/// Options  KeepDims, Name.
/// Masks    it takes no notice of a mask, as in Keras, and ends it.
/// Refuses  any rank but 2; an axis of 0.
/// Example  Sequential<Input<40>, Embedding<500, 16>, GlobalMaxPooling1D<>, Dense<1, Sigmoid>> model;
template <class... Options>
struct GlobalMaxPooling1D
    : protocols::layer_base<GlobalMaxPooling1D<Options...>, protocols::families<protocols::family::keep_dims>, Options...> {
    static constexpr std::string_view kind = "GlobalMaxPooling1D";
    using geometry = internals::GlobalPooling<internals::pooled::steps, Options...>;

    template <class To> static void list_options(To& to) { geometry::list_options(to); }

    static constexpr protocols::verdict accept(Shape in) { return geometry::accept(in); }

    template <class T, Shape In> using block = internals::GlobalMaxBlock<GlobalMaxPooling1D, T, In>;
};

}} // namespace lamina
