// lamina/models/folded.hpp: a trained Sequential without its BatchNormalizations, for inference.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/layers/core/activation_layer.hpp>
#include <lamina/layers/normalization/batch_normalization.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/append.hpp>
#include <lamina/models/composites/branch.hpp>
#include <lamina/models/composites/parallel.hpp>
#include <lamina/models/composites/residual.hpp>
#include <lamina/models/composites/sequential.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals::folding {

/// What a layer is to a fold. A layer whose kernel can take a factor for each of its output channels says `takes_factors`.
enum class role { other, linear, normalization, activation };

template <class L> inline constexpr bool is_normalization = false;
template <class... Options> inline constexpr bool is_normalization<BatchNormalization<Options...>> = true;

template <class L> consteval role role_of()
{
    if constexpr (is_normalization<L>) return role::normalization;
    else if constexpr (requires { L::takes_factors; }) {
        return std::is_same_v<typename L::activation, Linear> ? role::linear : role::other;
    }
    else if constexpr (requires { typename L::activation; } && requires { requires L::is_activation; }) {
        return requires { L::activation::halves; } ? role::other : role::activation;
    }
    else return role::other;
}

/// A layer of the result: the one that it was, and the positions of a normalization and of an activation that it takes in.
struct step {
    static constexpr std::size_t none = ~std::size_t{0};
    std::size_t layer = 0, normalization = none, activation = none;
    constexpr bool changes() const { return normalization != none || activation != none; }
};

template <class... L> struct plan {
    struct found {
        std::array<step, sizeof...(L)> steps{};
        std::size_t count = 0;
    };
    static constexpr found all = [] {
        constexpr std::array<role, sizeof...(L)> roles{role_of<L>()...};
        found made;
        for (std::size_t at = 0; at < roles.size(); ++at) {
            step& next = made.steps[made.count++];
            next.layer = at;
            if (roles[at] != role::linear) continue;
            if (at + 1 < roles.size() && roles[at + 1] == role::normalization) next.normalization = ++at;
            if (at + 1 < roles.size() && roles[at + 1] == role::activation) next.activation = ++at;
        }
        return made;
    }();
};

/// A layer with another activation, and with a bias.
template <class Option>
using if_kept = std::conditional_t<belongs<Option, family::activation> || std::is_same_v<Option, NoBias>, pack<>, pack<Option>>;
template <class L, class A> struct activated;
template <template <std::size_t, class...> class L, std::size_t Outputs, class... Options, class A>
struct activated<L<Outputs, Options...>, A> {
    template <class... Kept> static L<Outputs, Kept..., A> of(pack<Kept...>);
    using type = decltype(of((pack<>{} + ... + if_kept<Options>{})));
};
template <template <class...> class L, class... Options, class A> struct activated<L<Options...>, A> {
    template <class... Kept> static L<Kept..., A> of(pack<Kept...>);
    using type = decltype(of((pack<>{} + ... + if_kept<Options>{})));
};

template <class L> struct folded_layer {
    using type = L;
};

template <step S, class All> consteval auto folded_step()
{
    using L = std::tuple_element_t<S.layer, All>;
    if constexpr (!S.changes()) return std::type_identity<typename folded_layer<L>::type>{};
    else if constexpr (S.activation == step::none) return std::type_identity<typename activated<L, Linear>::type>{};
    else return std::type_identity<typename activated<L, typename std::tuple_element_t<S.activation, All>::activation>::type>{};
}

/// The layers of a row after the fold, as a pack.
template <class... L> consteval auto folded_row(pack<L...>)
{
    return []<std::size_t... At>(std::index_sequence<At...>) {
        return pack<typename decltype(folded_step<plan<L...>::all.steps[At], std::tuple<L...>>())::type...>{};
    }(std::make_index_sequence<plan<L...>::all.count>{});
}
template <class Part> using name_alone = std::conditional_t<is_name<Part>, pack<Part>, pack<>>;

template <class... Parts> struct folded_layer<Residual<Parts...>> {
    template <class... L> static Residual<L...> of(pack<L...>);
    using type = decltype(of((folded_row(layers_among<Parts...>{}) + ... + name_alone<Parts>{})));
};
template <class... Parts> struct folded_layer<Branch<Parts...>> {
    template <class... L> static Branch<L...> of(pack<L...>);
    using type = decltype(of((folded_row(layers_among<Parts...>{}) + ... + name_alone<Parts>{})));
};
template <class Merge, class... Parts> struct folded_layer<Parallel<Merge, Parts...>> {
    using type = Parallel<Merge, typename folded_layer<Parts>::type...>;
};

template <class M> struct folded_model;
template <class T, class In, class... Blocks> struct folded_model<Chain<T, In, Blocks...>> {
    using layers = pack<as_layer<typename layer_of<Blocks>::type>...>;
    template <class... L> static auto of(pack<L...>) -> typename sequential<T, In, L...>::type;
    using type = decltype(of(folded_row(layers{})));
};
template <class M> struct folded_layer<ModelAsLayer<M>> {
    using type = as_layer<typename folded_model<M>::type>;
};

/// The same numbers in variables of the same shapes; those of a fold have a bias more.
template <class V> [[gnu::cold]] void copy_variable(const V& from, V& to)
{
    if constexpr (is_variable<V>) {
        std::memcpy(to.data(), from.data(), to.storage()->stored_size() * sizeof(typename V::value_type));
        to.storage()->trainable = from.storage()->trainable;
    }
}
template <class B> [[gnu::cold]] void copy_all(const B& from, B& to)
{
    const auto ours = variables_of(from), theirs = variables_of(to);
    for (std::size_t i = 0; i < ours.size(); ++i) {
        const record& original = *ours[i].variable->storage();
        record& made = *theirs[i].variable->storage();
        std::memcpy(made.data<std::byte>(), original.data<std::byte>(), made.stored_size() * bytes_of(made.type()));
        made.trainable = original.trainable;
    }
}

/// The factor that a normalization has for each channel, and what it adds.
struct line {
    std::vector<double> factor, shift;

    template <class B> [[gnu::cold]] explicit line(const B& normalization)
    {
        for (std::size_t c = 0; c < B::channels; ++c) {
            double gamma = 1, beta = 0;
            if constexpr (B::layer::scales) gamma = double(normalization.gamma.data()[c]);
            if constexpr (B::layer::centers) beta = double(normalization.beta.data()[c]);
            const double mean = double(normalization.moving_mean.data()[c]),
                         variance = double(normalization.moving_variance.data()[c]);
            factor.push_back(gamma / std::sqrt(variance + B::layer::epsilon::value));
            shift.push_back(beta - mean * factor.back());
        }
    }
};

/// Multiplies the numbers of a kernel that lead to a channel. Of the transposed convolutions' they lie `behind` apart.
template <class V> [[gnu::cold]] void multiply(V& kernel, const std::vector<double>& factor, std::size_t behind)
{
    using T = typename V::value_type;
    std::size_t i = 0;
    kernel.storage()->template for_each<T>([&](T& w) { w = T(double(w) * factor[i++ / behind % factor.size()]); });
}

template <class From, class To> void fold_values(const From& from, To& to);

/// The numbers of a layer without a bias, or with another activation.
template <class From, class To> [[gnu::cold]] void copy_parameters(const From& from, To& to)
{
    if constexpr (requires { from.pointwise_kernel; }) {
        copy_variable(from.depthwise_kernel, to.depthwise_kernel);
        copy_variable(from.pointwise_kernel, to.pointwise_kernel);
    }
    else copy_variable(from.kernel, to.kernel);
    if constexpr (is_variable<std::remove_cvref_t<decltype(from.bias)>>) copy_variable(from.bias, to.bias);
}
template <class To> [[gnu::cold]] void take_in(const line& of, To& to)
{
    using T = typename To::value_type;
    constexpr std::size_t behind = [] {
        if constexpr (requires { To::numbers_behind_filter; }) return To::numbers_behind_filter;
        else return 1;
    }();
    if constexpr (requires { to.pointwise_kernel; }) multiply(to.pointwise_kernel, of.factor, behind);
    else multiply(to.kernel, of.factor, behind);
    for (std::size_t c = 0; c < of.factor.size(); ++c)
        to.bias.data()[c] = T(double(to.bias.data()[c]) * of.factor[c] + of.shift[c]);
}

template <class... L, class From, class To> void fold_row(pack<L...>, const From& from, To& to)
{
    const auto one = [&]<std::size_t At>(fixed<At>) {
        constexpr step s = plan<L...>::all.steps[At];
        if constexpr (s.changes()) copy_parameters(from.template layer<s.layer>(), to.template layer<At>());
        else fold_values(from.template layer<s.layer>(), to.template layer<At>());
        if constexpr (s.normalization != step::none)
            take_in(line(from.template layer<s.normalization>()), to.template layer<At>());
    };
    [&]<std::size_t... At>(std::index_sequence<At...>) { (one(fixed<At>{}), ...); }(std::make_index_sequence<To::layer_count>{});
}

template <class T, class In, class... Blocks> auto row_of(const Chain<T, In, Blocks...>*)
{
    return pack<as_layer<typename layer_of<Blocks>::type>...>{};
}
template <class From, class To> void fold_values(const From& from, To& to)
{
    if constexpr (std::is_same_v<From, To>) copy_all(from, to);
    else if constexpr (requires { typename From::specification::branches; })
        [&]<std::size_t... At>(std::index_sequence<At...>) {
            (fold_values(from.template layer<At>(), to.template layer<At>()), ...);
        }(std::make_index_sequence<From::layer_count>{});
    else if constexpr (requires { typename From::specification; }) fold_row(typename From::specification::row{}, from, to);
    else fold_row(row_of(static_cast<const From*>(nullptr)), from, to);
}

} // namespace internals::folding

/// The type that `folded` gives: `Sequential` of the same layers, without what was folded.
template <class M> using Folded = typename internals::folding::folded_model<M>::type;

/// A copy of a Sequential for inference, in which a BatchNormalization behind a layer with a linear activation is gone: its factors are in
/// the layer's kernel, the rest in its bias. An activation behind it, as `Activation<Relu>` or `ReLU<6>`, has become the layer's own.
///
/// Layers    Dense, all convolutions; also inside of Residual, Parallel, Branch and a Sequential in a Sequential. What stands elsewhere, such as a
///           normalization in front of a layer, stays.
/// Numerics  the fold is computed in double; outputs agree to about 1e-5 in float, since sums have other factors.
/// Refuses   a model that is no Sequential: the fields of a struct have their types.
/// Source    Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference" (2018), section 3.2.
/// Example   const auto small = folded(build<Sequential<Input<8, 8, 3>, Conv2D<4, NoBias>, BatchNormalization<>, Activation<Relu>>>());
template <class M>
    requires internals::is_a_Sequential<M>
[[gnu::cold]] auto folded(const M& model)
{
    if constexpr (internals::is_refused<M>) return internals::Refused{};
    else {
        Folded<M> made{};
        internals::make_records(internals::variables_of(made));
        internals::folding::fold_values(model, made);
        return made;
    }
}

}} // namespace lamina
