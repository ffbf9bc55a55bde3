// lamina/models/branch.hpp: several layers as one, or none: what stands between the two ends of a Parallel.
#pragma once

#include <lamina/layers/reshaped.hpp>
#include <lamina/models/series.hpp>

namespace lamina::inline LAMINA_ARCHITECTURE {

namespace inner {

/// Not an aggregate: reflection would look for fields behind its base class.
template <class L, class T, shape In>
class branch : public L::layers::template chain<T, Input<In>> {
public:
    branch() = default;
    template <class U>
    using as = branch<L, U, In>;
    static constexpr std::string_view name = L::name;

    auto operator()(const auto& x) const { return call(*this, x); }
};

} // namespace inner

/// Layers one after another as one layer: a branch of a Parallel. `Branch<>` gives its input.
///
/// Shapes   those of its layers.
/// Options  Name, anywhere among the layers.
/// Learns   what its layers learn, by their positions or names: `1/0/kernel`.
/// Refuses  what its layers refuse.
template <class... Parts>
struct Branch {
    using options = inner::check_names<Parts...>;
    static constexpr std::string_view kind = "Branch";
    static constexpr std::string_view name = chosen<family::name, Name<"">, Parts...>::value;
    using layers = inner::series_among<Parts...>;

    static constexpr verdict accept(shape in) { return layers::accept(in); }

    template <class Place, class Given>
        requires(layers::template from<Given>.by.reason != fit::yes)
    using refusal_inside = typename layers::template refusal<Place, Given>::type;

    template <class T, shape In>
    using block = std::conditional_t<layers::count == 0, Reshaped<Branch, T, In>, inner::branch<Branch, T, In>>;

    template <auto... In>
    using on = bound<Branch, float, Input<In...>>;
};

} // namespace lamina::inline LAMINA_ARCHITECTURE
