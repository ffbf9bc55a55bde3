// lamina/models/composites/branch.hpp: several layers as one, or none: what stands between the two ends of a Parallel.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/layers/reshaping/view_block.hpp>
#include <lamina/models/composites/series.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// Not an aggregate: reflection would look for fields behind its base class.
template <class L, class T, Shape In> class branch : public L::layers::template chain<T, Input<In>> {
public:
    branch() = default;
    template <class U> using as = branch<L, U, In>;
    using specification = L;
    static constexpr std::string_view name = L::name;

    auto operator()(const auto& x) const { return call(*this, x); }
};

} // namespace internals

/// Layers one after another as one layer: a branch of a Parallel. `Branch<>` gives its input.
///
/// Shapes   those of its layers.
/// Options  Name, anywhere among the layers.
/// Learns   what its layers learn, by their positions or names: `1/0/kernel`.
/// Refuses  what its layers refuse.
/// Example  Sequential<Input<8, 8, 3>, Parallel<Concat, Branch<Conv2D<4, Same, Relu>, Conv2D<4, Same>>, Branch<>>> model;
template <class... Parts> struct Branch {
    using options = internals::check_names<Parts...>;
    static constexpr std::string_view kind = "Branch";
    static constexpr std::string_view name = protocols::chosen<protocols::family::name, Name<"">, Parts...>::value;
    using row = internals::layers_among<Parts...>;
    using layers = typename row::as_series;

    static constexpr bool asks_with_constants = layers::asks_with_constants;
    static constexpr protocols::verdict accept(Shape in) { return layers::accept(in); }
    template <Shape In> static constexpr protocols::verdict accept_at() { return layers::template accept_at<In>(); }

    template <class Place, class Given>
        requires(layers::template from<Given>.by.reason != protocols::misfit::none)
    using refusal_inside = typename layers::template refusal<Place, Given>::type;

    template <class T, Shape In>
    using block = std::conditional_t<layers::count == 0, internals::ViewBlock<Branch, T, In>, internals::branch<Branch, T, In>>;

    template <auto... In> using on = protocols::bound<Branch, float, Input<In...>>;
};

}} // namespace lamina
